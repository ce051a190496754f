using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using ShitOps.Local.Azurite;
using ShitOps.Local.Worker;
using ShitOps.Wording;

namespace ShitOps.Local;

/// <summary>Starts everything in the order of need, shows how it goes, and stops it in the opposite order.</summary>
internal static class OneMachine
{
    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="LocalFault">Something that it needs cannot be had.</exception>
    public static async Task RunAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var folder = TakeFolder(options.DataDirectory);
        options.RequireDistinctPorts();
        for (var i = 0; i < options.Instances; i++) Ports.RequireFree(options.Port + i, "the function app", "--port");
        var settings = ReadSettings();
        using var screen = new Screen();

        try
        {
            screen.Print("Starting storage (Azurite)");
            var installation = await AzuriteInstallation.EnsureAsync(screen.Print, cancellationToken);
            await using var azurite = await AzuriteProcess.StartAsync(
                installation, Path.Combine(options.DataDirectory, "azurite"), options.StoragePort, Path.Combine(options.DataDirectory, "logs", "azurite.log"), cancellationToken);

            screen.Print(LocalKafka.Announcement(settings, options));
            await using var kafka = await LocalKafka.StartAsync(settings, options, cancellationToken);

            screen.Print(options.Instances == 1 ? "Starting the function app" : $"Starting {options.Instances} instances of the function app");
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
            await using var app = await FunctionApp.StartAsync(options, TenantKey.Of(settings["TenantKey"], options.DataDirectory), azurite, kafka, http, screen.Print, cancellationToken);

            await using var demo = Demo.StartIfWanted(options, kafka, screen.Print, cancellationToken);
            screen.Print(Summary(options, azurite, kafka, demo, clock.Elapsed));
            await screen.ShowProgressAsync(http, options.Port, demo, azurite.Exited, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            screen.Print("Stopping: everything is kept, and the next start goes on from here");
        }

        screen.Print("Stopped");
    }

    private static string Summary(LocalOptions options, AzuriteProcess azurite, LocalKafka kafka, Demo? demo, TimeSpan elapsed)
    {
        var ports = options.Instances == 1 ? "" : $"   (instances on ports {options.Port} to {options.Port + options.Instances - 1})";
        var keys = options.RequireKeys ? $"   (keys in {Path.Combine(options.DataDirectory, "keys.json")})" : "";
        var broker = kafka.IsEmbedded ? "a development broker: one node, no replicas" : "from the setting KafkaBrokers";
        return $"""

            ShitOps is up after {elapsed.TotalSeconds:N0} s.

              Page      http://localhost:{options.Port}/
              Events    POST http://localhost:{options.Port}/api/events{keys}
              Health    http://localhost:{options.Port}/api/health{ports}
              Kafka     {kafka.Connection.Brokers}, topic {kafka.Connection.Topic}, {Quantity.Of(kafka.TopicPartitions, "partition")}   ({broker})
              Storage   http://127.0.0.1:{azurite.BlobPort}/devstoreaccount1   (Azurite; tables on port {azurite.BlobPort + 2})
              Data      {options.DataDirectory}
              Demo      {(demo is null ? "none" : $"a simulated organisation of {Quantity.Of(options.DemoTeams, "team")} produces events (--no-demo starts without)")}

            Ctrl-C stops it and loses nothing.

            """;
    }

    /// <summary>local.settings.json in the working directory, and above it the environment: as the functions see them.</summary>
    private static IConfiguration ReadSettings()
    {
        var settings = new ConfigurationBuilder();
        try
        {
            LocalSettingsFile.AddTo(settings, Environment.CurrentDirectory);
        }
        catch (FunctionAppException fault)
        {
            throw new LocalFault(fault.Message);
        }

        return settings.AddEnvironmentVariables().Build();
    }

    /// <summary>Makes the folder and takes it for this run alone: two Azurites on the same files would destroy each other's.</summary>
    private static FileStream TakeFolder(string folder)
    {
        var file = Path.Combine(folder, "lock");
        if (File.Exists(folder)) throw new LocalFault($"{folder} is a file: choose a folder with --data.");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "logs"));
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new LocalFault($"The folder {folder} is in use by another run: stop that one, or choose another folder with --data.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LocalFault($"The folder {folder} cannot be written: {fault.Message.TrimEnd('.')}. Make it writable, or choose another with --data.");
        }
    }
}
