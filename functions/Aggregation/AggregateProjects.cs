using Microsoft.Azure.Functions.Worker;
using ShitOps.Ingestion;
using ShitOps.Observability;
using ShitOps.Scaling;

namespace ShitOps.Aggregation;

/// <summary>Keeps the live aggregates of every project, and puts aside what is no event.</summary>
public sealed class AggregateProjects(ProjectAggregator aggregator)
{
    private const string Group = "shitops-aggregate";

    [Function(nameof(AggregateProjects))]
    public Task RunAsync(
        [KafkaTrigger(
            "%KafkaBrokers%",
            "%KafkaTopic%",
            ConsumerGroup = Group,
            IsBatched = true,
            LagThreshold = InstanceRate.AggregationLagThreshold,
            Protocol = KafkaBuild.Protocol,
            AuthenticationMode = KafkaBuild.AuthenticationMode,
            Username = "KafkaUsername",
            Password = "KafkaPassword",
            SslCaPEM = "KafkaSslCaPem",
            SslCertificatePEM = "KafkaSslCertificatePem",
            SslKeyPEM = "KafkaSslKeyPem")] KafkaRecord[] records,
        CancellationToken cancellationToken) => PipelineInstruments.ProcessAsync(Group, records, () => aggregator.AggregateAsync(records, cancellationToken));
}
