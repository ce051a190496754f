namespace ShitOps.Tests.Infrastructure;

/// <summary>A flaw of the templates, and what a policy says to it.</summary>
/// <param name="Policy">The policy that finds it.</param>
/// <param name="Size">The parameter file that it is looked for with.</param>
/// <param name="File">The file that it is in.</param>
/// <param name="Text">What stands there in the templates.</param>
/// <param name="Instead">What stands there instead.</param>
/// <param name="Findings">What the policy finds then: of each finding as much as tells it from others.</param>
internal sealed record Flaw(string Policy, string Size, string File, string Text, string Instead, params string[] Findings)
{
    private const string Storage = "modules/storage.bicep";
    private const string Vault = "modules/vault.bicep";
    private const string Hubs = "modules/eventHubs.bicep";
    private const string App = "modules/functionApp.bicep";
    private const string Grafana = "modules/grafana.bicep";
    private const string Network = "modules/network.bicep";
    private const string Telemetry = "modules/telemetry.bicep";
    private const string Alerts = "modules/alerts.bicep";
    private const string Roles = "modules/roles.bicep";
    private const string Main = "main.bicep";
    private const string Small = "small.bicepparam";

    /// <summary>All of them. Those of one policy and size are put into the templates together.</summary>
    public static IReadOnlyList<Flaw> All { get; } =
    [
        new("tags", "small", Grafana, "  tags: tags\n  sku", "  sku", "Microsoft.Dashboard/grafana amg-"),
        new("tags", "small", App, "  tags: tags\n  kind: 'functionapp'\n", "  tags: { application: 'shitops' }\n  kind: 'functionapp'\n", "Microsoft.Web/serverfarms plan-func-"),

        new("identity", "small", App, "    type: 'UserAssigned'\n", "    type: 'SystemAssigned, UserAssigned'\n", "does not run as exactly one"),
        new("identity", "team", App, "keyVaultReferenceIdentity: identity.id", "keyVaultReferenceIdentity: 'SystemAssigned'", "reads the vault as somebody else"),
        new("identity", "team", App, "type: 'UserAssignedIdentity'", "type: 'SystemAssignedIdentity'", "reads its package as somebody else"),
        new("identity", "team", App, "DataStorage__clientId: identity.properties.clientId", "DataStorage__clientId: dataAccountName", "DataStorage__clientId is somebody else"),
        new("identity", "team", Main, "identityName: names.archiveIdentity", "identityName: names.liveIdentity", "shares its identity with another app"),
        new("identity", "enterprise", Main, "identityName: names.archiveIdentity", "identityName: 'id-nobody'", "runs as an identity that is not planned"),

        new("keys", "small", Storage, "allowSharedKeyAccess: false", "allowSharedKeyAccess: startsWith(name, 'sthost')", "sthost"),
        new("keys", "small", Storage, "allowCrossTenantReplication: false", "allowCrossTenantReplication: true", "may be copied to another tenant"),
        new("keys", "small", Vault, "enableRbacAuthorization: true", "enableRbacAuthorization: false", "goes by access policies"),
        new("keys", "small", Telemetry, "DisableLocalAuth: true", "DisableLocalAuth: false", "Microsoft.Insights/components appi-"),
        new("keys", "small", Telemetry, "disableLocalAuth: true", "disableLocalAuth: false", "Microsoft.OperationalInsights/workspaces log-"),
        new("keys", "small", Grafana, "apiKey: 'Disabled'", "apiKey: 'Enabled'", "gives out keys"),
        new("keys", "small", App, "    name: 'scm'\n    properties: { allow: false }", "    name: 'scm'\n    properties: { allow: true }", "takes the password of scm"),
        new("keys", "small", App, "AzureWebJobsStorage__credential: 'managedidentity'", "AzureWebJobsStorage: hostAccount.listKeys().keys[0].value", "lists keys"),

        new("public access", "team", Storage, "publicNetworkAccess: 'Disabled'", "publicNetworkAccess: startsWith(name, 'stdata') ? 'Enabled' : 'Disabled'", "Microsoft.Storage/storageAccounts stdata"),
        new("public access", "team", Vault, "publicNetworkAccess: 'Disabled'", "publicNetworkAccess: 'Enabled'", "Microsoft.KeyVault/vaults kv-"),
        new("public access", "team", Hubs, "    publicNetworkAccess: 'Disabled'\n", "", "Microsoft.EventHub/namespaces evhns-"),
        new("public access", "team", Storage, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true", "may have public blobs"),
        new("public access", "team", Storage, "publicAccess: 'None'", "publicAccess: container == 'archive' ? 'Blob' : 'None'", "default/archive is public"),
        new("public access", "team", "team.bicepparam", "isGrafanaPublic = false", "isGrafanaPublic = true", "Microsoft.Dashboard/grafana amg-"),
        new("public access", "team", App, "scmIpSecurityRestrictionsDefaultAction: 'Deny'", "scmIpSecurityRestrictionsDefaultAction: 'Allow'", "its deployment endpoint lets in whom no rule names"),
        new("public access", "team", App, "scmIpSecurityRestrictionsUseMain: false", "scmIpSecurityRestrictionsUseMain: true", "its deployment endpoint lets in whom the app does"),
        new("public access", "team", App, "ipAddress: 'ApplicationInsightsAvailability'", "ipAddress: 'AzureCloud'", "its app lets in AzureCloud"),
        new("public access", "small", Small, "param allowedAddresses = filter(", "param allowedAddresses = ['0.0.0.0/0']\nvar nothing = filter(", "lets in 0.0.0.0/0"),
        new("public access", "small", App, "      ipSecurityRestrictionsDefaultAction: 'Deny'", "      ipSecurityRestrictionsDefaultAction: 'Allow'", "its app lets in whom no rule names"),
        new("public access", "small", Vault, "defaultAction: 'Deny'", "defaultAction: 'Allow'", "Microsoft.KeyVault/vaults kv-"),

        new("private endpoints", "enterprise", Main, "      services: ['table']", "      services: []", "has no private endpoint for table"),
        new("private endpoints", "enterprise", Vault, "    group: 'vault'", "    group: 'sites'", "Microsoft.KeyVault/vaults kv-"),
        new("private endpoints", "enterprise", Network, "virtualNetwork: { id: network.id }", "virtualNetwork: { id: contains(item.value, 'servicebus') ? rules.id : network.id }", "privatelink.servicebus.windows.net is not asked in the network"),
        new("private endpoints", "enterprise", App, "    virtualNetworkSubnetId: network::subnet.id\n", "", "calls by public addresses"),
        new("private endpoints", "enterprise", "modules/grafanaToLive.bicep", "privateLinkResourceId: app.id", "privateLinkResourceId: grafana.id", "has no private way to the live app"),
        new("private endpoints", "small", "modules/privateEndpoint.bicep", "privateDnsZoneId: zone.id", "privateDnsZoneId: '${zone.id}-of-nobody'", "has no name in"),
        new("private endpoints", "team", "modules/privateEndpoint.bicep", "existing = { name: 'endpoints' }", "existing = { name: 'live' }", "is in another subnet"),

        new("subnets", "small", Network, "          addressPrefix: cidrSubnet(addressPrefix, 24, 1)\n          networkSecurityGroup: { id: rules.id }\n", "          addressPrefix: cidrSubnet(addressPrefix, 24, 1)\n", "the subnet live"),
        new("subnets", "team", Network, "access: 'Deny'", "access: 'Allow'", "lets the internet in"),

        new("TLS", "small", Storage, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: startsWith(name, 'sthost') ? 'TLS1_0' : 'TLS1_2'", "Microsoft.Storage/storageAccounts sthost"),
        new("TLS", "small", Storage, "supportsHttpsTrafficOnly: true", "supportsHttpsTrafficOnly: !startsWith(name, 'stdata')", "Microsoft.Storage/storageAccounts stdata"),
        new("TLS", "small", Hubs, "minimumTlsVersion: '1.2'", "minimumTlsVersion: '1.0'", "Microsoft.EventHub/namespaces"),
        new("TLS", "small", App, "httpsOnly: true", "httpsOnly: !startsWith(name, 'func-live-')", "func-live-"),
        new("TLS", "small", App, "      minTlsVersion: '1.2'", "      minTlsVersion: '1.1'", ": minTlsVersion is less than 1.2"),
        new("TLS", "small", App, "scmMinTlsVersion: '1.2'", "scmMinTlsVersion: '1.0'", ": scmMinTlsVersion is less than 1.2"),
        new("TLS", "external-kafka", Main, "KafkaProtocol: 'Ssl'", "KafkaProtocol: 'Plaintext'", "speaks to Kafka in plain text"),

        new("diagnostics", "small", Vault, "    logs: [{ category: 'AuditEvent', enabled: true }]\n    metrics: [{ category: 'AllMetrics', enabled: true }]\n", "    logs: [{ category: 'AuditEvent', enabled: false }]\n", "vaults kv-"),
        new("diagnostics", "small", Storage, "  scope: account::tables\n", "  scope: account\n", "tableServices stdata", "tableServices sthost"),
        new("diagnostics", "small", Grafana, "workspaceId: workspace.id", "workspaceId: grafana.id", "Microsoft.Dashboard/grafana amg-"),

        new("secrets", "small", Main, "secret: 'event-hubs-live'", "secret: 'root-manage'", "KafkaPassword is not a reference", "event-hubs-live is named by no setting"),
        new("secrets", "small", Main, "KafkaTopic: topic,", "KafkaTopic: '@Microsoft.KeyVault(VaultName=${names.vault};SecretName=topic)',", "KafkaTopic is no secret that there may be"),
        new("secrets", "small", Vault, "properties: { value: tenantKey }", "properties: { value: 'correct horse battery staple' }", "has its value in the template"),
        new("secrets", "small", Vault, "  name: name\n  location: location\n  tags: tags\n", "  name: name\n  location: location\n  tags: union(tags, { key: tenantKey })\n", "Microsoft.KeyVault/vaults kv-"),
        new("secrets", "team", Main, "[{ setting: 'TenantKey', secret: 'tenant-key' }]", "[]", "has no TenantKey", "tenant-key is named by no setting"),
        new("secrets", "external-kafka", Vault, "    name: 'kafka-client-key'", "    name: 'client-key'", "there is no secret kafka-client-key", "client-key is named by no setting"),

        new("outputs", "small", Main, "output SHITOPS_GRAFANA string = names.grafana", "output SHITOPS_GRAFANA string = tenantKey", "SHITOPS_GRAFANA tells"),
        new("outputs", "small", Main, "output SHITOPS_LIVE_APP", "output SHITOPS_KEY string = listKeys('${group.id}/providers/Microsoft.Storage/storageAccounts/${names.dataAccount}', '2024-01-01').keys[0].value\noutput SHITOPS_LIVE_APP", "SHITOPS_KEY tells"),

        new("roles", "small", Roles, "blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'", "blobContributor: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'", "too much: (live, Storage Blob Data Owner, ", "too much: (archive, Storage Blob Data Owner, ", "missing: (live, Storage Blob Data Contributor, ", "missing: (archive, Storage Blob Data Contributor, "),
        new("roles", "enterprise", Main, "    aggregateAccountNames: names.aggregateAccounts\n", "    aggregateAccountNames: take(names.aggregateAccounts, 3)\n", "missing: (live, Storage Table Data Contributor, "),
        new("roles", "team", Main, "    archiveSecrets: archiveSecrets\n", "    archiveSecrets: concat(archiveSecrets, [{ setting: 'Other', secret: 'event-hubs-live' }])\n", "too much: (archive, Key Vault Secrets User, "),
        new("roles", "enterprise", Roles, "container: 'archive', role: role.blobReader", "container: 'archive', role: role.blobContributor", "too much: (live, Storage Blob Data Contributor, ", "missing: (live, Storage Blob Data Reader, "),
        new("roles", "external-kafka", Roles, "      principalId: app[i].properties.principalId\n      principalType: 'ServicePrincipal'\n      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.tableContributor)", "      principalId: '00000000-0000-0000-0000-000000000009'\n      principalType: 'User'\n      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.tableContributor)", "given twice: ", "missing: (live, Storage Table", "missing: (archive, Storage Table", "too much: (00000000-0000-0000-0000-000000000009, Storage Table Data Contributor, "),

        new("archive", "team", "team.bicepparam", "isArchiveLocked = true", "isArchiveLocked = false", "can be deleted"),
        new("archive", "team", Storage, "isVersioningEnabled: true", "isVersioningEnabled: false", "keeps nothing of what is overwritten"),
        new("archive", "team", Storage, "          deleteRetentionPolicy: { enabled: true, days: recoveryDays }\n", "", "has no deleteRetentionPolicy"),
        new("archive", "team", Main, "['archive', 'manifest', ", "['archive', ", "has no container manifest"),
        new("archive", "team", Main, "prefixes: ['archive/events/stream=']", "prefixes: ['archive/events/']", "moves archive/events/ to cooler tiers"),
        new("archive", "team", Storage, "                        tierToCool:", "                        delete: { daysAfterModificationGreaterThan: 3650 }\n                        tierToCool:", "deletes by age", "lets age do delete"),
        new("archive", "small", Small, "cool: 30", "cool: 3", "cools after 3 and 180 days"),
        new("archive", "small", App, "AzureWebJobsStorage__accountName: hostAccountName", "AzureWebJobsStorage__accountName: dataAccountName", "is the host's too"),

        new("alerts", "small", Alerts, "shitops_pipeline_behind_seconds", "shitops_behind", "nobody is told of lag"),
        new("alerts", "small", Alerts, "isnotempty(tostring(", "isempty(tostring(", "nobody is told of failures"),
        new("alerts", "small", Alerts, "      actions: { actionGroups: [people.id] }", "      actions: { actionGroups: item.key == 'timers' ? [] : [people.id] }", "alert-timers-"),
        new("alerts", "small", Alerts, "OverQuota", "Quota", "nobody is told of telemetry that is dropped"),
        new("alerts", "small", Alerts, "/api/health", "/", "nothing asks for health"),
        new("alerts", "small", Alerts, "    actions: [{ actionGroupId: people.id }]\n", "", "nobody is told that health does not answer"),
        new("alerts", "small", Alerts, "thresholdType: 'Forecasted'", "thresholdType: 'Actual'", "nobody is told of Forecasted cost"),
        new("alerts", "team", Alerts, "      enabled: true\n", "      enabled: false\n", "nobody is told of"),
        new("alerts", "external-kafka", "external-kafka.bicepparam", "param alertEmails = filter(", "param alertEmails = []\nvar nothing = filter(", "nobody", "tells nobody"),

        new("limits", "enterprise", Main, "map(range(0, aggregateAccounts), i => 'stagg${i}${suffix}')", "map(range(0, aggregateAccounts), i => 'st-aggregates-${i}${suffix}')", "is no name of an account"),
        new("limits", "enterprise", Main, "vault: 'kv-${suffix}'", "vault: 'vault-of-shitops-${suffix}'", "is no name of a vault"),
        new("limits", "enterprise", Main, "grafana: 'amg-${suffix}'", "grafana: 'managed-grafana-${suffix}'", "is no name of a Grafana"),
        new("limits", "enterprise", Main, "live: 'func-live-${suffix}'", "live: 'func-of-shitops-live-${suffix}'", "has a name beyond the 32 characters"),
        new("limits", "enterprise", "enterprise.bicepparam", "capacity: 8", "capacity: 20", "has more units than its tier"),
        new("limits", "enterprise", "enterprise.bicepparam", "mostInstances: 96", "mostInstances: 1", "has more instances always ready than it may have"),
        new("limits", "enterprise", "enterprise.bicepparam", "'function:ArchiveEvents'", "'function:AggregateProjects'", "is disabled there"),
        new("limits", "team", "team.bicepparam", "partitions: 32", "partitions: 64", "has more partitions than its tier"),
        new("limits", "team", "team.bicepparam", "retentionHours: 168", "retentionHours: 336", "retains longer than its tier"),
    ];
}
