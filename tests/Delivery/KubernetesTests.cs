using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Aggregation;
using ShitOps.Archive;
using ShitOps.Pipeline;
using ShitOps.Scaling;

namespace ShitOps.Tests.Delivery;

/// <summary>
/// The manifests of infra/kubernetes by the schemas of Kubernetes and KEDA, by Kubernetes' own types, which know no field but theirs, and by rules of our own;
/// for each of these a broken manifest proves that it bites.
/// </summary>
public sealed class KubernetesTests(NodeChecks checks)
{
    private static readonly Dictionary<string, Type> KedaTypes = new() { ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject), ["keda.sh/v1alpha1/TriggerAuthentication"] = typeof(TriggerAuthentication) };

    private static readonly Dictionary<string, string> Manifests = Directory.GetFiles(RepositoryRoot.File("infra", "kubernetes"), "*.yaml", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "kustomization.yaml")
        .Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllText);

    /// <summary>The functions of the app with their triggers.</summary>
    private static readonly Dictionary<string, Attribute> Functions = typeof(AggregateProjects).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        .Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null)
        .ToDictionary(
            method => method.GetCustomAttribute<FunctionAttribute>()!.Name,
            method => method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes()).Single(attribute => attribute is HttpTriggerAttribute or TimerTriggerAttribute or KafkaTriggerAttribute));

    [Fact]
    public async Task Are_clean()
    {
        Assert.Empty(await checks.OfManifestsAsync(Manifests));
        Assert.Empty(Faults(Manifests));
    }

    [Fact]
    public void Kustomize_takes_all_of_them()
    {
        string[] taken = [.. ((string[])["", "admin"]).SelectMany(folder =>
            (List<object>)KubernetesYaml.Deserialize<Dictionary<string, object>>(File.ReadAllText(RepositoryRoot.File("infra", "kubernetes", folder, "kustomization.yaml")))["resources"]).Cast<string>()];

        Assert.Equal(Manifests.Keys.Order(StringComparer.Ordinal), taken.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_schema_does_not_allow_is_found()
    {
        var findings = await checks.OfManifestsAsync(new Dictionary<string, string>
        {
            ["type"] = Broken("live.yaml", "maxSurge: 1", "maxSurge: [1]")["live.yaml"],
            ["required"] = Broken("scaling.yaml", "  scaleTargetRef:\n    name: shitops-live\n", "")["scaling.yaml"],
            ["kind"] = Broken("service.yaml", "kind: Service", "kind: Servant")["service.yaml"],
        });

        Assert.Contains(findings, finding => finding.StartsWith("type: Deployment shitops-live: data/spec/strategy/rollingUpdate/maxSurge must be", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.StartsWith("required: ScaledObject shitops-live: data/spec must have required property scaleTargetRef", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.StartsWith("kind: Servant shitops: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("live.yaml", "          livenessProbe:", "          livenesProbe:", "livenesProbe")]
    [InlineData("scaling.yaml", "maxReplicaCount: 32", "maxReplicas: 32", "maxReplicas")]
    [InlineData("network.yaml", "policyTypes: [Ingress]", "policyType: [Ingress]", "policyType")]
    public void A_field_that_nobody_knows_is_found(string file, string text, string with, string field) =>
        Assert.Contains(Faults(Broken(file, text, with)), fault => fault.StartsWith($"{file}: ", StringComparison.Ordinal) && fault.Contains(field, StringComparison.Ordinal));

    [Theory]
    [InlineData("live.yaml", "        runAsNonRoot: true", "        runAsNonRoot: false", "shitops-live: pods may run as root")]
    [InlineData("live.yaml", "            readOnlyRootFilesystem: true", "            readOnlyRootFilesystem: false", "shitops-live: container app can write its root")]
    [InlineData("archive.yaml", "              drop: [ALL]", "              drop: [NET_RAW]", "shitops-archive: container app keeps capabilities")]
    [InlineData("archive.yaml", "            allowPrivilegeEscalation: false", "            allowPrivilegeEscalation: true", "shitops-archive: container app may gain privileges")]
    [InlineData("live.yaml", "      automountServiceAccountToken: false", "      automountServiceAccountToken: true", "shitops-live: has a token of the cluster")]
    [InlineData("live.yaml", "            limits: { memory: 2Gi }", "            limits: { }", "shitops-live: container app has no limit of memory")]
    [InlineData("live.yaml", "          readinessProbe:\n            tcpSocket: { port: http }", "          readinessProbe:\n            httpGet: { path: /api/health, port: http }", "shitops-live: answers nobody while Kafka does not answer")]
    [InlineData("live.yaml", "          livenessProbe:\n            tcpSocket: { port: http }", "          livenessProbe:\n            httpGet: { path: /api/health, port: http }", "shitops-live: is restarted while Kafka does not answer")]
    [InlineData("live.yaml", "maxUnavailable: 0", "maxUnavailable: 1", "shitops-live: an update takes pods away before others are ready")]
    [InlineData("archive.yaml", "AzureWebJobs.AggregateProjects.Disabled", "AzureWebJobs.AggregateProject.Disabled", "shitops-archive: switches off AggregateProject, which is no function")]
    [InlineData("archive.yaml", "            - { name: AzureWebJobs.ExpireDeadLetters.Disabled, value: \"true\" }\n", "", "ExpireDeadLetters: runs in 2 roles")]
    [InlineData("live.yaml", "AzureWebJobs.ArchiveEvents.Disabled, value: \"true\"", "AzureWebJobs.ArchiveEvents.Disabled, value: \"false\"", "ArchiveEvents: runs in 2 roles")]
    [InlineData("settings.yaml", "  KafkaStream: kubernetes-1\n", "", "shitops-settings: the setting KafkaStream is missing")]
    [InlineData("settings.yaml", "  DrainSeconds:", "  DrainSecond:", "shitops-settings: no setting DrainSecond is documented")]
    [InlineData("settings.yaml", "  KafkaTopic: shitops-events", "  TenantKey: 0123456789", "shitops-settings: TenantKey is a secret")]
    [InlineData("scaling.yaml", "consumerGroup: shitops-aggregate", "consumerGroup: shitops-aggregates", "shitops-live: scales by shitops-aggregates, consumes as shitops-aggregate")]
    [InlineData("scaling.yaml", "lagThreshold: \"440000\"", "lagThreshold: \"1000\"", "shitops-archive: lagThreshold is 1000, chosen is 440000")]
    [InlineData("scaling.yaml", "topic: shitops-events", "topic: events", "shitops-live: scales by topic events, consumes shitops-events")]
    [InlineData("scaling.yaml", "valueLocation: aggregation.instances", "valueLocation: aggregate.instances", "shitops-live: GET /api/scale has no aggregate.instances")]
    [InlineData("scaling.yaml", "targetValue: \"0.8\"", "targetValue: \"1\"", "shitops-live: targetValue is 1, chosen is 0.8")]
    [InlineData("scaling.yaml", "    name: shitops-archive\n  minReplicaCount", "    name: shitops-archives\n  minReplicaCount", "shitops-archive: nothing scales it")]
    [InlineData("disruption.yaml", "      app.kubernetes.io/component: archive", "      app.kubernetes.io/component: archives", "shitops-archive: no budget of disruptions")]
    [InlineData("service.yaml", "component: live", "component: life", "shitops: serves no pods")]
    [InlineData("network.yaml", "  podSelector: {}\n  policyTypes: [Ingress, Egress]", "  podSelector: {}\n  policyTypes: [Ingress]", "no policy forbids what is not named")]
    [InlineData("access.yaml", "  - apiGroups: [policy]", "  - apiGroups: [\"*\"]", "shitops-delivery: may do anything")]
    [InlineData("access.yaml", "resources: [services, configmaps]", "resources: [services, configmaps, secrets]", "shitops-delivery: may read secrets")]
    [InlineData("namespace.yaml", "enforce: restricted", "enforce: baseline", "shitops: pods that are not restricted may run")]
    public void What_we_do_not_want_is_found(string file, string text, string with, string fault) => Assert.Contains(fault, Faults(Broken(file, text, with)));

    private static Dictionary<string, string> Broken(string file, string text, string with)
    {
        Assert.Contains(text, Manifests[file], StringComparison.Ordinal);
        return new(Manifests) { [file] = new Regex(Regex.Escape(text), RegexOptions.None, TimeSpan.FromSeconds(1)).Replace(Manifests[file], with.Replace("$", "$$", StringComparison.Ordinal), 1) };
    }

    private static List<string> Faults(Dictionary<string, string> manifests)
    {
        List<object> all = [];
        List<string> faults = [];
        foreach (var (file, text) in manifests)
        {
            try
            {
                all.AddRange(KubernetesYaml.LoadAllFromString(text, KedaTypes, strict: true));
            }
            catch (Exception fault) when (fault.GetType().Namespace == "YamlDotNet.Core")
            {
                faults.Add($"{file}: {fault.Message} {fault.InnerException?.Message}");
            }
        }

        if (faults.Count == 0) faults.AddRange(Faults(all));
        return faults;
    }

    private static IEnumerable<string> Faults(List<object> all)
    {
        var deployments = all.OfType<V1Deployment>().ToList();
        var settings = all.OfType<V1ConfigMap>().Single();
        foreach (var deployment in deployments)
        {
            foreach (var fault in PodFaults(deployment.Spec.Template.Spec).Concat(ReleaseFaults(deployment, all))) yield return $"{deployment.Metadata.Name}: {fault}";
        }

        foreach (var (function, trigger) in Functions)
        {
            var roles = deployments.Count(deployment => !Disabled(deployment).Contains(function));
            if (roles == 0) yield return $"{function}: runs in no role";
            if (roles > 1 && trigger is not HttpTriggerAttribute) yield return $"{function}: runs in {roles} roles";
        }

        foreach (var fault in SettingFaults(settings)) yield return $"{settings.Metadata.Name}: {fault}";
        foreach (var scaled in all.OfType<ScaledObject>())
            foreach (var fault in ScalingFaults(scaled, settings)) yield return $"{scaled.Metadata.Name}: {fault}";
        foreach (var service in all.OfType<V1Service>())
            if (!deployments.Exists(deployment => Selects(service.Spec.Selector, deployment))) yield return $"{service.Metadata.Name}: serves no pods";
        if (!all.OfType<V1NetworkPolicy>().Any(policy => policy.Spec is { PodSelector: { MatchLabels: null, MatchExpressions: null }, Ingress: null, Egress: null } && policy.Spec.PolicyTypes.Order().SequenceEqual(["Egress", "Ingress"])))
            yield return "no policy forbids what is not named";
        foreach (var role in all.OfType<V1Role>())
        {
            if (role.Rules.Any(rule => rule.ApiGroups.Concat(rule.Resources).Concat(rule.Verbs).Contains("*"))) yield return $"{role.Metadata.Name}: may do anything";
            if (role.Rules.Any(rule => rule.Resources.Contains("secrets"))) yield return $"{role.Metadata.Name}: may read secrets";
        }

        foreach (var space in all.OfType<V1Namespace>())
            if (space.Metadata.Labels["pod-security.kubernetes.io/enforce"] != "restricted") yield return $"{space.Metadata.Name}: pods that are not restricted may run";
    }

    private static IEnumerable<string> PodFaults(V1PodSpec pod)
    {
        if (pod.SecurityContext is not { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" }) yield return "pods may run as root";
        if (pod.AutomountServiceAccountToken is not false) yield return "has a token of the cluster";
        foreach (var container in pod.InitContainers.Concat(pod.Containers))
        {
            if (container.SecurityContext is not { ReadOnlyRootFilesystem: true }) yield return $"container {container.Name} can write its root";
            if (container.SecurityContext is not { AllowPrivilegeEscalation: false }) yield return $"container {container.Name} may gain privileges";
            if (container.SecurityContext?.Capabilities?.Drop is not ["ALL"]) yield return $"container {container.Name} keeps capabilities";
            if (container.Resources.Limits?.ContainsKey("memory") is not true) yield return $"container {container.Name} has no limit of memory";
        }

        foreach (var app in pod.Containers)
        {
            if (app.ReadinessProbe is not { HttpGet: null, TcpSocket: not null }) yield return "answers nobody while Kafka does not answer";
            if (app.LivenessProbe is not { HttpGet: null, TcpSocket: not null }) yield return "is restarted while Kafka does not answer";
        }
    }

    private static IEnumerable<string> ReleaseFaults(V1Deployment deployment, List<object> all)
    {
        if (deployment.Spec.Strategy.RollingUpdate?.MaxUnavailable?.Value != "0") yield return "an update takes pods away before others are ready";
        if (!all.OfType<ScaledObject>().Any(scaled => scaled.Spec.ScaleTargetRef.Name == deployment.Metadata.Name)) yield return "nothing scales it";
        if (!all.OfType<V1PodDisruptionBudget>().Any(budget => Selects(budget.Spec.Selector.MatchLabels, deployment))) yield return "no budget of disruptions";
        foreach (var function in Disabled(deployment))
            if (!Functions.ContainsKey(function)) yield return $"switches off {function}, which is no function";
    }

    private static IEnumerable<string> SettingFaults(V1ConfigMap settings)
    {
        var documented = Regex.Matches(File.ReadAllText(RepositoryRoot.File("docs", "runtimes.md")), "`(?<name>[A-Za-z_]+)`", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => match.Groups["name"].Value).ToHashSet();
        foreach (var name in settings.Data.Keys)
        {
            if (!documented.Contains(name)) yield return $"no setting {name} is documented";
            if (name is "TenantKey" or "KafkaPassword" or "KafkaSslKeyPem" or "AzureWebJobsStorage") yield return $"{name} is a secret";
        }

        foreach (var name in (string[])["AzureWebJobsStorage__accountName", "KafkaBrokers", "KafkaTopic", "KafkaStream"])
            if (!settings.Data.ContainsKey(name)) yield return $"the setting {name} is missing";
    }

    private static IEnumerable<string> ScalingFaults(ScaledObject scaled, V1ConfigMap settings)
    {
        var isLive = scaled.Metadata.Name == "shitops-live";
        var trigger = (KafkaTriggerAttribute)Functions[isLive ? nameof(AggregateProjects) : nameof(ArchiveEvents)];
        // Beside the demand, ten seconds of work: docs/scaling.md.
        var chosen = isLive ? 10 * trigger.LagThreshold : trigger.LagThreshold;
        var kafka = scaled.Spec.Triggers.Single(one => one.Type == "kafka").Metadata;
        if (kafka["consumerGroup"] != trigger.ConsumerGroup) yield return $"scales by {kafka["consumerGroup"]}, consumes as {trigger.ConsumerGroup}";
        if (settings.Data.TryGetValue("KafkaTopic", out var topic) && kafka["topic"] != topic) yield return $"scales by topic {kafka["topic"]}, consumes {topic}";
        if (kafka["bootstrapServers"] != settings.Data["KafkaBrokers"]) yield return $"scales by {kafka["bootstrapServers"]}, consumes from {settings.Data["KafkaBrokers"]}";
        if (kafka["lagThreshold"] != chosen.ToString(CultureInfo.InvariantCulture)) yield return $"lagThreshold is {kafka["lagThreshold"]}, chosen is {chosen}";
        var demand = scaled.Spec.Triggers.Single(one => one.Type == "metrics-api").Metadata;
        if (!demand["valueLocation"].StartsWith(isLive ? "aggregation." : "archive.", StringComparison.Ordinal)) yield return $"scales by {demand["valueLocation"]}";
        var type = typeof(ScaleReport);
        foreach (var part in demand["valueLocation"].Split('.')) type = type?.GetProperties().SingleOrDefault(property => property.Name.Equals(part, StringComparison.OrdinalIgnoreCase))?.PropertyType;
        if (type != typeof(double)) yield return $"GET /api/scale has no {demand["valueLocation"]}";
        if (demand["targetValue"] != KedaScaling.DemandTarget.ToString(CultureInfo.InvariantCulture)) yield return $"targetValue is {demand["targetValue"]}, chosen is {KedaScaling.DemandTarget}";
    }

    private static HashSet<string> Disabled(V1Deployment deployment) =>
    [
        .. deployment.Spec.Template.Spec.Containers.SelectMany(container => container.Env)
            .Where(one => one.Value == "true" && one.Name.StartsWith("AzureWebJobs.", StringComparison.Ordinal) && one.Name.EndsWith(".Disabled", StringComparison.Ordinal)).Select(one => one.Name.Split('.')[1]),
    ];

    private static bool Selects(IDictionary<string, string> selector, V1Deployment deployment) => selector.All(label => deployment.Spec.Template.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}
