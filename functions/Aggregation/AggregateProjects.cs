using Microsoft.Azure.Functions.Worker;
using ShitOps.Ingestion;
using ShitOps.Scaling;

namespace ShitOps.Aggregation;

/// <summary>Keeps the live aggregates of every project, and puts aside what is no event.</summary>
public sealed class AggregateProjects(ProjectAggregator aggregator)
{
    [Function(nameof(AggregateProjects))]
    public Task RunAsync(
        [KafkaTrigger(
            "%KafkaBrokers%",
            "%KafkaTopic%",
            ConsumerGroup = "shitops-aggregate",
            IsBatched = true,
            LagThreshold = InstanceRate.AggregationLagThreshold,
            Protocol = KafkaBuild.Protocol,
            AuthenticationMode = KafkaBuild.AuthenticationMode,
            Username = "KafkaUsername",
            Password = "KafkaPassword",
            SslCaPEM = "KafkaSslCaPem",
            SslCertificatePEM = "KafkaSslCertificatePem",
            SslKeyPEM = "KafkaSslKeyPem")] KafkaRecord[] records,
        CancellationToken cancellationToken) => aggregator.AggregateAsync(records, cancellationToken);
}
