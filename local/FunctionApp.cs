using ShitOps.Local.Azurite;

namespace ShitOps.Local;

/// <summary>The function app as one or several processes that share the partitions.</summary>
internal sealed class FunctionApp : IAsyncDisposable
{
    private readonly List<FunctionsInstance> _instances = [];

    /// <summary>Starts them and waits until each answers.</summary>
    /// <exception cref="LocalFault">One ends at once or does not answer.</exception>
    public static async Task<FunctionApp> StartAsync(
        LocalOptions options, string tenantKey, AzuriteProcess azurite, LocalKafka kafka, HttpClient http, Action<string> print, CancellationToken cancellationToken)
    {
        var app = new FunctionApp();
        try
        {
            var settings = Settings(options, tenantKey, azurite, kafka);
            for (var i = 0; i < options.Instances; i++)
            {
                var instance = new FunctionsInstance(options.Port + i, settings, options, print, cancellationToken);
                app._instances.Add(instance);
                await instance.StartAsync(http, cancellationToken);
            }

            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops them all at once; what they are working on is finished or left for the next start.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_instances.Select(instance => instance.DisposeAsync().AsTask()));

    private static Dictionary<string, string> Settings(LocalOptions options, string tenantKey, AzuriteProcess azurite, LocalKafka kafka)
    {
        var settings = new Dictionary<string, string>
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["FUNCTIONS_STOP_WHEN_STDIN_CLOSES"] = "1",
            ["FUNCTIONS_KEYS_FILE"] = Path.Combine(options.DataDirectory, "keys.json"),
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["KafkaBrokers"] = kafka.Connection.Brokers,
            ["KafkaTopic"] = kafka.Connection.Topic,
            ["KafkaStream"] = kafka.Stream.Name,
            ["TenantKey"] = tenantKey,
            // What is on this machine is not reached through a proxy.
            ["NO_PROXY"] = Unproxied("NO_PROXY"),
            ["no_proxy"] = Unproxied("no_proxy"),
        };

        // The embedded broker speaks plain text, whatever another Kafka was given.
        if (kafka.IsEmbedded) settings["KafkaProtocol"] = settings["KafkaAuthenticationMode"] = "";
        return settings;

        static string Unproxied(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } others ? $"{others},127.0.0.1,localhost" : "127.0.0.1,localhost";
    }
}
