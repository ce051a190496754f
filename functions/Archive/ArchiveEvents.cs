using Microsoft.Azure.Functions.Worker;
using ShitOps.Ingestion;
using ShitOps.Scaling;

namespace ShitOps.Archive;

/// <summary>Keeps every event of the topic for ever.</summary>
public sealed class ArchiveEvents(EventArchiver archiver)
{
    [Function(nameof(ArchiveEvents))]
    public Task RunAsync(
        [KafkaTrigger(
            "%KafkaBrokers%",
            "%KafkaTopic%",
            ConsumerGroup = "shitops-archive",
            IsBatched = true,
            LagThreshold = InstanceRate.ArchiveLagThreshold,
            Protocol = KafkaBuild.Protocol,
            AuthenticationMode = KafkaBuild.AuthenticationMode,
            Username = "KafkaUsername",
            Password = "KafkaPassword",
            SslCaPEM = "KafkaSslCaPem",
            SslCertificatePEM = "KafkaSslCertificatePem",
            SslKeyPEM = "KafkaSslKeyPem")] KafkaRecord[] records,
        CancellationToken cancellationToken) => archiver.ArchiveAsync(records, cancellationToken);
}
