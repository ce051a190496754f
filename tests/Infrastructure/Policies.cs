using System.Text.RegularExpressions;

namespace ShitOps.Tests.Infrastructure;

/// <summary>What has to be true of every deployment. A policy tells each resource that breaks it, and how.</summary>
internal static partial class Policies
{
    /// <summary>The secrets that there may be, and the settings that may name them: what Kafka cannot take an identity for, and the key of person ids.</summary>
    private static readonly Dictionary<string, string[]> Secrets = new(StringComparer.Ordinal)
    {
        ["TenantKey"] = ["tenant-key"],
        ["KafkaPassword"] = ["event-hubs-live", "event-hubs-archive"],
        ["KafkaSslCertificatePem"] = ["kafka-client-certificate"],
        ["KafkaSslKeyPem"] = ["kafka-client-key"],
    };

    /// <summary>The built-in roles that are given to anybody, by what they are called.</summary>
    public static IReadOnlyDictionary<string, string> RoleNames { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        ["22926164-76b3-42b3-bc55-97df8dab3e41"] = "Grafana Admin",
    };

    /// <summary>Every policy by its name.</summary>
    public static IReadOnlyDictionary<string, Func<Plan, IEnumerable<string>>> All { get; } = new Dictionary<string, Func<Plan, IEnumerable<string>>>(StringComparer.Ordinal)
    {
        ["tags"] = Tags,
        ["identity"] = Identity,
        ["keys"] = Keys,
        ["public access"] = PublicAccess,
        ["private endpoints"] = PrivateEndpoints,
        ["subnets"] = Subnets,
        ["TLS"] = Tls,
        ["diagnostics"] = Diagnostics,
        ["secrets"] = SecretsAsReferences,
        ["outputs"] = Outputs,
        ["roles"] = Roles,
        ["archive"] = Archive,
        ["alerts"] = Alerts,
        ["limits"] = Limits,
    };

    private static IEnumerable<string> Tags(Plan plan) =>
        from resource in plan.Resources
        where resource.At("location") is not null
        from tag in new[] { "application", "environment", "owner", "azd-env-name" }
        where string.IsNullOrEmpty(resource["tags", tag])
        select $"{resource} has no tag {tag}";

    private static IEnumerable<string> Identity(Plan plan)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
        {
            var identities = (app.At("identity", "userAssignedIdentities")?.AsObject() ?? []).Select(one => one.Key).ToList();
            if (app["identity", "type"] != "UserAssigned" || identities.Count != 1)
            {
                yield return $"{app} does not run as exactly one user-assigned identity";
                continue;
            }

            if (plan.Find(identities[0]) is null) yield return $"{app} runs as an identity that is not planned";
            if (!taken.Add(identities[0])) yield return $"{app} shares its identity with another app";
            if (app["properties", "keyVaultReferenceIdentity"] != identities[0]) yield return $"{app} reads the vault as somebody else";
            var package = app.At("properties", "functionAppConfig", "deployment", "storage", "authentication")!;
            if (package["type"]!.ToString() != "UserAssignedIdentity" || package["userAssignedIdentityResourceId"]?.ToString() != identities[0]) yield return $"{app} reads its package as somebody else";
            foreach (var (setting, value) in plan.SettingsOf(app).Where(one => one.Key.EndsWith("__clientId", StringComparison.Ordinal)))
                if (!value.Contains(identities[0], StringComparison.Ordinal)) yield return $"{app}: {setting} is somebody else";
        }
    }

    private static IEnumerable<string> Keys(Plan plan)
    {
        foreach (var account in plan.OfType("Microsoft.Storage/storageAccounts"))
        {
            if (account["properties", "allowSharedKeyAccess"] != "false") yield return $"{account} takes keys";
            if (account["properties", "allowCrossTenantReplication"] != "false") yield return $"{account} may be copied to another tenant";
        }

        foreach (var vault in plan.OfType("Microsoft.KeyVault/vaults"))
            if (vault["properties", "enableRbacAuthorization"] != "true") yield return $"{vault} goes by access policies";
        foreach (var insights in plan.OfType("Microsoft.Insights/components"))
            if (insights["properties", "DisableLocalAuth"] != "true") yield return $"{insights} takes whatever has its key";
        foreach (var workspace in plan.OfType("Microsoft.OperationalInsights/workspaces"))
            if (workspace["properties", "features", "disableLocalAuth"] != "true") yield return $"{workspace} takes whatever has its key";
        foreach (var grafana in plan.OfType("Microsoft.Dashboard/grafana"))
            if (grafana["properties", "apiKey"] != "Disabled") yield return $"{grafana} gives out keys";
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
            foreach (var kind in new[] { "ftp", "scm" })
                if (plan.Find($"{app.Id}/basicPublishingCredentialsPolicies/{kind}")?["properties", "allow"] != "false") yield return $"{app} takes the password of {kind}";

        // Keys are listed in one place: where the connection strings of Event Hubs go into the vault.
        foreach (var resource in plan.Resources)
        {
            var text = resource.Body.ToJsonString();
            if (!text.Contains("list", StringComparison.Ordinal) || !ListsKeys().IsMatch(text)) continue;
            var isOfEventHubs = resource.Type == "Microsoft.KeyVault/vaults/secrets" && resource.Name.Contains("/event-hubs-", StringComparison.Ordinal)
                && text.Contains("Microsoft.EventHub/namespaces", StringComparison.Ordinal) && text.Contains("/eventhubs/", StringComparison.Ordinal);
            if (!isOfEventHubs) yield return $"{resource} lists keys";
        }
    }

    private static IEnumerable<string> PublicAccess(Plan plan)
    {
        foreach (var resource in plan.OfType("Microsoft.Storage/storageAccounts").Concat(plan.OfType("Microsoft.KeyVault/vaults")).Concat(plan.OfType("Microsoft.EventHub/namespaces")))
            if (resource["properties", "publicNetworkAccess"] != "Disabled") yield return $"{resource} has a public address";
        foreach (var resource in plan.OfType("Microsoft.Storage/storageAccounts").Concat(plan.OfType("Microsoft.KeyVault/vaults")))
            if (resource["properties", "networkAcls", "defaultAction"] != "Deny") yield return $"{resource} lets in whom no rule names";
        foreach (var account in plan.OfType("Microsoft.Storage/storageAccounts"))
            if (account["properties", "allowBlobPublicAccess"] != "false") yield return $"{account} may have public blobs";
        foreach (var container in plan.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"))
            if (container["properties", "publicAccess"] != "None") yield return $"{container} is public";

        // Only where nothing of the deployment is asked for but the sign-in page of a small one.
        foreach (var grafana in plan.OfType("Microsoft.Dashboard/grafana"))
            if (grafana["properties", "publicNetworkAccess"] != "Disabled" && grafana["tags", "environment"] != "small") yield return $"{grafana} has a public address";

        foreach (var app in plan.OfType("Microsoft.Web/sites").Where(one => one["properties", "publicNetworkAccess"] != "Disabled"))
        {
            foreach (var (rules, place) in new[] { ("ipSecurityRestrictions", "app"), ("scmIpSecurityRestrictions", "deployment endpoint") })
            {
                if (app["properties", "siteConfig", $"{rules}DefaultAction"] != "Deny") yield return $"{app}: its {place} lets in whom no rule names";
                foreach (var rule in app.List("properties", "siteConfig", rules))
                {
                    var (from, isTag) = (rule["ipAddress"]!.ToString(), rule["tag"]?.ToString() == "ServiceTag");
                    var isKnown = isTag ? from == "ApplicationInsightsAvailability" && place == "app" : !from.EndsWith("/0", StringComparison.Ordinal) && from != "Any";
                    if (!isKnown) yield return $"{app}: its {place} lets in {from}";
                }
            }

            if (app["properties", "siteConfig", "scmIpSecurityRestrictionsUseMain"] != "false") yield return $"{app}: its deployment endpoint lets in whom the app does";
        }
    }

    private static IEnumerable<string> PrivateEndpoints(Plan plan)
    {
        // By what of it is reached, each resource that others call.
        var needed = plan.OfType("Microsoft.KeyVault/vaults").Select(one => (one, "vault"))
            .Concat(plan.OfType("Microsoft.EventHub/namespaces").Select(one => (one, "namespace")))
            .Concat(plan.OfType("Microsoft.Web/sites").Select(one => (one, "sites")))
            .Concat(plan.OfType("Microsoft.Dashboard/grafana").Select(one => (one, "grafana")))
            .Concat(AccountsOf(plan).SelectMany(one => one.Services.Select(service => (one.Account, service))));
        var network = plan.OfType("Microsoft.Network/virtualNetworks").Single();
        foreach (var (resource, group) in needed)
        {
            var endpoint = plan.OfType("Microsoft.Network/privateEndpoints").FirstOrDefault(one => one.List("properties", "privateLinkServiceConnections").Any(link =>
                link["properties"]!["privateLinkServiceId"]!.ToString() == resource.Id && link["properties"]!["groupIds"]!.AsArray().Any(id => id!.ToString() == group)));
            if (endpoint is null)
            {
                yield return $"{resource} has no private endpoint for {group}";
                continue;
            }

            if (endpoint["properties", "subnet", "id"] != $"{network.Id}/subnets/endpoints") yield return $"{endpoint} is in another subnet";
            var zone = plan.Find(plan.Find($"{endpoint.Id}/privateDnsZoneGroups/default")?.List("properties", "privateDnsZoneConfigs").Single()["properties"]!["privateDnsZoneId"]!.ToString());
            if (zone is null || zone.Name != ZoneOf(group)) yield return $"{endpoint} has no name in {ZoneOf(group)}";
            else if (!plan.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Any(one => one.Id.StartsWith($"{zone.Id}/", StringComparison.Ordinal) && one["properties", "virtualNetwork", "id"] == network.Id))
                yield return $"{zone} is not asked in the network";
        }

        foreach (var app in plan.OfType("Microsoft.Web/sites"))
            if (app["properties", "virtualNetworkSubnetId"]?.StartsWith($"{network.Id}/subnets/", StringComparison.Ordinal) != true) yield return $"{app} calls by public addresses";
        var grafana = plan.OfType("Microsoft.Dashboard/grafana").Single();
        if (!plan.OfType("Microsoft.Dashboard/grafana/managedPrivateEndpoints").Any(one => one.Id.StartsWith(grafana.Id, StringComparison.Ordinal) && one["properties", "privateLinkResourceId"] == plan.App("live").Id))
            yield return $"{grafana} has no private way to the live app";

        static string ZoneOf(string group) => group switch
        {
            "blob" or "table" => $"privatelink.{group}.core.windows.net",
            "vault" => "privatelink.vaultcore.azure.net",
            "namespace" => "privatelink.servicebus.windows.net",
            "sites" => "privatelink.azurewebsites.net",
            _ => "privatelink.grafana.azure.com",
        };
    }

    private static IEnumerable<string> Subnets(Plan plan)
    {
        foreach (var network in plan.OfType("Microsoft.Network/virtualNetworks"))
        {
            foreach (var subnet in network.List("properties", "subnets"))
            {
                var rules = plan.Find(subnet["properties"]!["networkSecurityGroup"]?["id"]?.ToString());
                if (rules?.List("properties", "securityRules").Any(rule => rule["properties"] is { } one && one["access"]!.ToString() == "Deny" && one["direction"]!.ToString() == "Inbound"
                    && one["sourceAddressPrefix"]!.ToString() == "Internet" && one["protocol"]!.ToString() == "*" && one["destinationPortRange"]!.ToString() == "*") != true)
                    yield return $"{network}: the subnet {subnet["name"]} lets the internet in";
            }
        }
    }

    private static IEnumerable<string> Tls(Plan plan)
    {
        foreach (var account in plan.OfType("Microsoft.Storage/storageAccounts"))
        {
            if (account["properties", "minimumTlsVersion"] is not ("TLS1_2" or "TLS1_3")) yield return $"{account} speaks less than TLS 1.2";
            if (account["properties", "supportsHttpsTrafficOnly"] != "true") yield return $"{account} speaks plain HTTP";
        }

        foreach (var hubs in plan.OfType("Microsoft.EventHub/namespaces"))
            if (hubs["properties", "minimumTlsVersion"] is not ("1.2" or "1.3")) yield return $"{hubs} speaks less than TLS 1.2";
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
        {
            if (app["properties", "httpsOnly"] != "true") yield return $"{app} speaks plain HTTP";
            foreach (var version in new[] { "minTlsVersion", "scmMinTlsVersion" })
                if (app["properties", "siteConfig", version] is not ("1.2" or "1.3")) yield return $"{app}: {version} is less than 1.2";
            if (plan.SettingsOf(app).GetValueOrDefault("KafkaProtocol") is not ("Ssl" or "SaslSsl")) yield return $"{app} speaks to Kafka in plain text";
        }
    }

    private static IEnumerable<string> Diagnostics(Plan plan)
    {
        string[] types =
        [
            "Microsoft.KeyVault/vaults", "Microsoft.EventHub/namespaces", "Microsoft.Web/sites", "Microsoft.Dashboard/grafana", "Microsoft.Network/virtualNetworks", "Microsoft.Network/networkSecurityGroups",
            "Microsoft.OperationalInsights/workspaces", "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/tableServices",
        ];
        var workspace = plan.OfType("Microsoft.OperationalInsights/workspaces").Single();
        foreach (var resource in types.SelectMany(plan.OfType))
        {
            var settings = plan.OfType("Microsoft.Insights/diagnosticSettings").FirstOrDefault(one => one.Id.StartsWith($"{resource.Id}/providers/", StringComparison.Ordinal));
            if (settings is null || settings["properties", "workspaceId"] != workspace.Id) yield return $"{resource} tells the workspace nothing";
            else if (!settings.List("properties", "logs").Concat(settings.List("properties", "metrics")).Any(one => one["enabled"]!.GetValue<bool>())) yield return $"{resource} has all its diagnostics off";
        }
    }

    private static IEnumerable<string> SecretsAsReferences(Plan plan)
    {
        var vault = plan.OfType("Microsoft.KeyVault/vaults").Single();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
        {
            foreach (var (setting, value) in plan.SettingsOf(app))
            {
                var isReference = value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal);
                if (!Secrets.TryGetValue(setting, out var allowed))
                {
                    if (isReference) yield return $"{app}: {setting} is no secret that there may be";
                    continue;
                }

                var secret = allowed.FirstOrDefault(name => value == $"@Microsoft.KeyVault(VaultName={vault.Name};SecretName={name})");
                if (secret is null) yield return $"{app}: {setting} is not a reference to {string.Join(" or ", allowed)} in the vault";
                else named.Add(secret);
            }

            if (!plan.SettingsOf(app).ContainsKey("TenantKey")) yield return $"{app} has no TenantKey";
        }

        foreach (var secret in plan.OfType("Microsoft.KeyVault/vaults/secrets"))
        {
            if (!named.Remove(secret.Name.Split('/')[1])) yield return $"{secret} is named by no setting";
            if (secret["properties", "value"]?.StartsWith('[') != true) yield return $"{secret} has its value in the template";
        }

        foreach (var name in named) yield return $"there is no secret {name}";

        // What is secret is a parameter whose value the plan does not know.
        foreach (var resource in plan.Resources.Where(one => one.Type != "Microsoft.KeyVault/vaults/secrets"))
            if (resource.Body.ToJsonString().Contains("parameters('", StringComparison.Ordinal) || resource.Body.ToJsonString().Contains("parameters(\\u0027", StringComparison.Ordinal)) yield return $"{resource} holds a secret parameter";
    }

    private static IEnumerable<string> Outputs(Plan plan) =>
        from output in plan.Outputs
        let text = output.Value?.ToString() ?? ""
        where ListsKeys().IsMatch(text) || text.Contains("parameters('", StringComparison.Ordinal) || text.Contains("onnectionString", StringComparison.Ordinal) || text.Contains("nstrumentationKey", StringComparison.Ordinal)
        select $"the output {output.Key} tells a secret";

    private static IEnumerable<string> Roles(Plan plan)
    {
        var given = plan.OfType("Microsoft.Authorization/roleAssignments").Select(Told).ToList();
        foreach (var twice in given.GroupBy(one => one).Where(one => one.Count() > 1)) yield return $"given twice: {twice.Key}";
        var needed = Needed().ToList();
        foreach (var one in needed.Except(given)) yield return $"missing: {one}";
        foreach (var one in given.Except(needed)) yield return $"too much: {one}";
        foreach (var one in plan.Resources.Where(one => one.Type is "Microsoft.Authorization/roleDefinitions" or "Microsoft.KeyVault/vaults/accessPolicies")) yield return $"too much: {one}";

        (string Who, string Role, string Where) Told(PlannedResource assignment)
        {
            var role = assignment["properties", "roleDefinitionId"]!.Split('/')[^1];
            var principal = assignment["properties", "principalId"]!;
            var who = plan.OfType("Microsoft.Web/sites").FirstOrDefault(app => app.At("identity", "userAssignedIdentities") is { } identities && principal.Contains($"'{identities.AsObject().First().Key}'", StringComparison.Ordinal));
            return (who?["tags", "azd-service-name"] ?? principal, RoleNames.GetValueOrDefault(role, role), assignment.Id.Split("/providers/Microsoft.Authorization/")[0]);
        }

        // Each from what the code does: the host's own account, what each writes and reads of the archive's, aggregates in the live app alone, and what the settings name.
        IEnumerable<(string Who, string Role, string Where)> Needed()
        {
            foreach (var who in new[] { "live", "archive" })
            {
                var app = plan.App(who);
                var settings = plan.SettingsOf(app);
                yield return (who, "Storage Blob Data Owner", AccountId(settings["AzureWebJobsStorage__accountName"]));
                string[] written = who == "live" ? ["blocks", "dead-letters", "locks", "models"] : ["archive", "dead-letters", "locks", "manifest"];
                foreach (var container in written) yield return (who, "Storage Blob Data Contributor", $"{AccountId(settings["DataStorage__accountName"])}/blobServices/default/containers/{container}");
                if (who == "live") yield return (who, "Storage Blob Data Reader", $"{AccountId(settings["DataStorage__accountName"])}/blobServices/default/containers/archive");
                yield return (who, "Storage Table Data Contributor", AccountId(settings["DataStorage__accountName"]));
                foreach (var account in settings.GetValueOrDefault("AggregateStorage")?.Split(',') ?? []) yield return (who, "Storage Table Data Contributor", AccountId(account));
                yield return (who, "Monitoring Metrics Publisher", plan.OfType("Microsoft.Insights/components").Single().Id);
                foreach (var reference in settings.Values.Select(value => SecretName().Match(value)).Where(match => match.Success))
                    yield return (who, "Key Vault Secrets User", $"{plan.OfType("Microsoft.KeyVault/vaults").Single().Id}/secrets/{reference.Groups["name"].Value}");
            }

            yield return ("00000000-0000-0000-0000-000000000003", "Grafana Admin", plan.OfType("Microsoft.Dashboard/grafana").Single().Id);
        }

        string AccountId(string name) => plan.OfType("Microsoft.Storage/storageAccounts").FirstOrDefault(one => one.Name == name)?.Id ?? $"no account {name}";
    }

    private static IEnumerable<string> Archive(Plan plan)
    {
        var settings = plan.SettingsOf(plan.App("archive"));
        var account = plan.OfType("Microsoft.Storage/storageAccounts").Single(one => one.Name == settings["DataStorage__accountName"]);
        if (settings["AzureWebJobsStorage__accountName"] == account.Name) yield return $"{account} is the host's too, which may delete for good";
        var blobs = plan.Find($"{account.Id}/blobServices/default")!;
        if (blobs["properties", "isVersioningEnabled"] != "true") yield return $"{account} keeps nothing of what is overwritten";
        foreach (var kept in new[] { "deleteRetentionPolicy", "containerDeleteRetentionPolicy" })
            if (blobs["properties", kept, "enabled"] != "true") yield return $"{account} has no {kept}";
        foreach (var container in new[] { "archive", "manifest", "dead-letters", "locks" })
            if (plan.Find($"{blobs.Id}/containers/{container}") is null) yield return $"{account} has no container {container}";

        var rules = plan.Find($"{account.Id}/managementPolicies/default")?.At("properties", "policy", "rules")?.AsArray() ?? [];
        var tiers = rules.Where(rule => rule!["definition"]!["actions"]!["baseBlob"] is not null).ToList();
        if (tiers.Count != 1) yield return $"{account} has {tiers.Count} rules of tiers";
        foreach (var rule in tiers)
        {
            // The table's log and segments stay hot: they are read and replaced all the time.
            foreach (var prefix in rule!["definition"]!["filters"]!["prefixMatch"]!.AsArray())
                if (prefix!.ToString() != "archive/events/stream=") yield return $"{account} moves {prefix} to cooler tiers";
            var actions = rule["definition"]!["actions"]!["baseBlob"]!.AsObject();
            foreach (var action in actions.Where(one => one.Key is not ("tierToCool" or "tierToCold"))) yield return $"{account} lets age do {action.Key}";
            var days = new[] { "tierToCool", "tierToCold" }.Select(name => actions[name]?["daysAfterModificationGreaterThan"]?.GetValue<int>()).ToArray();
            if (!(days[0] >= 8 && days[1] >= days[0] + 30)) yield return $"{account} cools after {days[0]} and {days[1]} days: files that compaction may still replace, or within the 30 days that the cool tier is paid for";
        }

        if (rules.Any(rule => rule!["definition"]!["actions"]!["baseBlob"]?["delete"] is not null)) yield return $"{account} deletes by age";
        if (account["tags", "environment"] != "small" && !plan.OfType("Microsoft.Authorization/locks").Any(one => one.Id.StartsWith($"{account.Id}/", StringComparison.Ordinal) && one["properties", "level"] == "CanNotDelete"))
            yield return $"{account} can be deleted";
    }

    private static IEnumerable<string> Alerts(Plan plan)
    {
        var people = plan.OfType("Microsoft.Insights/actionGroups").FirstOrDefault(one => one.List("properties", "emailReceivers").Any());
        if (people is null) yield return "nobody is told of anything";
        var rules = plan.OfType("Microsoft.Insights/scheduledQueryRules").ToList();
        foreach (var (what, text) in new[]
        {
            ("lag", "shitops_pipeline_behind_seconds"), ("the archive's lag", "shitops_pipeline_archive_lag_records"), ("dead letters", "shitops_pipeline_dead_letters_total"),
            ("failures", "isnotempty(tostring(Properties[\"error.type\"]))"), ("timers", "datatable"), ("silence", "count() == 0"), ("telemetry that is dropped", "OverQuota"),
        })
        {
            if (!rules.Any(rule => rule["properties", "enabled"] == "true" && rule.List("properties", "criteria", "allOf").Any(one => one["query"]!.ToString().Contains(text, StringComparison.Ordinal)))) yield return $"nobody is told of {what}";
        }

        foreach (var rule in rules)
            if (!rule.List("properties", "actions", "actionGroups").Any(id => id.ToString() == people?.Id)) yield return $"{rule} tells nobody";
        var probe = plan.OfType("Microsoft.Insights/webtests").FirstOrDefault();
        if (probe?["properties", "Enabled"] != "true" || probe["properties", "Request", "RequestUrl"]?.Contains("/api/health", StringComparison.Ordinal) != true) yield return "nothing asks for health";
        if (!plan.OfType("Microsoft.Insights/metricAlerts").Any(one => one["properties", "criteria", "webTestId"] == probe?.Id && one.List("properties", "actions").Any(action => action["actionGroupId"]!.ToString() == people?.Id)))
            yield return "nobody is told that health does not answer";
        var budget = plan.OfType("Microsoft.Consumption/budgets").FirstOrDefault();
        foreach (var type in new[] { "Actual", "Forecasted" })
            if (budget?.At("properties", "notifications")?.AsObject().Any(one => one.Value!["thresholdType"]!.ToString() == type && one.Value["contactGroups"]!.AsArray().Any(id => id!.ToString() == people?.Id)) != true)
                yield return $"nobody is told of {type} cost";
    }

    /// <summary>What Azure refuses and Bicep does not know (learn.microsoft.com, azure-resource-manager/management/resource-name-rules and event-hubs-quotas).</summary>
    private static IEnumerable<string> Limits(Plan plan)
    {
        foreach (var account in plan.OfType("Microsoft.Storage/storageAccounts"))
            if (!AccountName().IsMatch(account.Name)) yield return $"{account} is no name of an account: 3 to 24 small letters and digits";
        foreach (var vault in plan.OfType("Microsoft.KeyVault/vaults"))
            if (vault.Name.Length is < 3 or > 24) yield return $"{vault} is no name of a vault: 3 to 24 characters";
        foreach (var grafana in plan.OfType("Microsoft.Dashboard/grafana"))
            if (grafana.Name.Length is < 2 or > 23) yield return $"{grafana} is no name of a Grafana: 2 to 23 characters";

        // The host's id is the beginning of the app's name; apps of one host account need different ones.
        foreach (var app in plan.OfType("Microsoft.Web/sites"))
            if (app.Name.Length > 32) yield return $"{app} has a name beyond the 32 characters that tell hosts apart";

        foreach (var hubs in plan.OfType("Microsoft.EventHub/namespaces"))
        {
            var isPremium = hubs["sku", "name"] == "Premium";
            if (int.Parse(hubs["sku", "capacity"]!) > (isPremium ? 16 : 40)) yield return $"{hubs} has more units than its tier";
            foreach (var hub in plan.OfType("Microsoft.EventHub/namespaces/eventhubs"))
            {
                if (int.Parse(hub["properties", "partitionCount"]!) > (isPremium ? 100 : 32)) yield return $"{hub} has more partitions than its tier";
                if (int.Parse(hub["properties", "retentionDescription", "retentionTimeInHours"]!) > (isPremium ? 90 : 7) * 24) yield return $"{hub} retains longer than its tier";
            }
        }

        foreach (var app in plan.OfType("Microsoft.Web/sites"))
        {
            var scale = app.At("properties", "functionAppConfig", "scaleAndConcurrency")!;
            if (scale["alwaysReady"]!.AsArray().Sum(one => one!["instanceCount"]!.GetValue<int>()) > scale["maximumInstanceCount"]!.GetValue<int>()) yield return $"{app} has more instances always ready than it may have";
            foreach (var ready in scale["alwaysReady"]!.AsArray().Select(one => one!["name"]!.ToString()))
                if (ready != "http" && plan.SettingsOf(app).ContainsKey($"AzureWebJobs.{ready.Replace("function:", "", StringComparison.Ordinal)}.Disabled")) yield return $"{app} holds instances ready for {ready}, which is disabled there";
        }
    }

    /// <summary>The accounts and what of each is used: blobs where it has containers, tables where a setting has aggregates or the archive's state in it.</summary>
    private static IEnumerable<(PlannedResource Account, List<string> Services)> AccountsOf(Plan plan)
    {
        var settings = plan.SettingsOf(plan.App("live"));
        foreach (var account in plan.OfType("Microsoft.Storage/storageAccounts"))
        {
            List<string> services = [];
            if (plan.OfType("Microsoft.Storage/storageAccounts/blobServices/containers").Any(one => one.Id.StartsWith($"{account.Id}/", StringComparison.Ordinal))) services.Add("blob");
            if (account.Name == settings["DataStorage__accountName"] || settings.GetValueOrDefault("AggregateStorage")?.Split(',').Contains(account.Name) == true) services.Add("table");
            yield return (account, services);
        }
    }

    [GeneratedRegex(@"\blist(?:Keys|AccountSas|ServiceSas|Secrets|ConnectionStrings)?\(", RegexOptions.IgnoreCase)]
    private static partial Regex ListsKeys();

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountName();

    [GeneratedRegex("SecretName=(?<name>[a-z-]+)")]
    private static partial Regex SecretName();
}
