using Microsoft.Azure.Functions.Worker;
using ShitOps.Ingestion;
using ShitOps.Observability;
using ShitOps.Scaling;

namespace ShitOps.Archive;

/// <summary>Keeps every event of the topic for ever.</summary>
public sealed class ArchiveEvents(EventArchiver archiver)
{
    private const string Group = "shitops-archive";

    [Function(nameof(ArchiveEvents))]
    public Task RunAsync(
        [KafkaTrigger(
            "%KafkaBrokers%",
            "%KafkaTopic%",
            ConsumerGroup = Group,
            IsBatched = true,
            LagThreshold = InstanceRate.ArchiveLagThreshold,
            Protocol = KafkaBuild.Protocol,
            AuthenticationMode = KafkaBuild.AuthenticationMode,
            Username = "KafkaUsername",
            Password = "KafkaPassword",
            SslCaPEM = "KafkaSslCaPem",
            SslCertificatePEM = "KafkaSslCertificatePem",
            SslKeyPEM = "KafkaSslKeyPem")] KafkaRecord[] records,
        CancellationToken cancellationToken) => PipelineInstruments.ProcessAsync(Group, records, () => archiver.ArchiveAsync(records, cancellationToken));
}
