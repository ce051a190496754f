using Microsoft.Azure.Functions.Worker;
using ShitOps.Ingestion;

namespace ShitOps.Pipeline;

/// <summary>Counts what stands on the topic and puts aside what is no event.</summary>
public sealed class CountEvents(EventCounter counter)
{
    [Function(nameof(CountEvents))]
    public Task RunAsync(
        [KafkaTrigger(
            "%KafkaBrokers%",
            "%KafkaTopic%",
            ConsumerGroup = "shitops-count",
            IsBatched = true,
            Protocol = KafkaBuild.Protocol,
            AuthenticationMode = KafkaBuild.AuthenticationMode,
            Username = "KafkaUsername",
            Password = "KafkaPassword",
            SslCaPEM = "KafkaSslCaPem",
            SslCertificatePEM = "KafkaSslCertificatePem",
            SslKeyPEM = "KafkaSslKeyPem")] KafkaRecord[] records,
        CancellationToken cancellationToken) => counter.CountAsync(records, cancellationToken);
}
