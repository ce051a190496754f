using System.CommandLine;
using ShitOps.Local.Broker;

var data = new Option<DirectoryInfo>("--data") { Description = "Directory of the log; made if absent.", Required = true };
var host = new Option<string>("--host") { Description = "Host name told to clients.", DefaultValueFactory = _ => "localhost" };
var port = new Option<int>("--port") { Description = "Port on loopback; 0 takes any free one.", DefaultValueFactory = _ => 9092 };
var partitions = new Option<int>("--partitions") { Description = "Partitions of a topic made without a number.", DefaultValueFactory = _ => 8 };
var retention = new Option<double?>("--retention-hours") { Description = "How long records are kept. Default: for ever." };
var certificate = new Option<FileInfo>("--tls-cert") { Description = "PEM of the broker's certificate; turns TLS on." };
var key = new Option<FileInfo>("--tls-key") { Description = "PEM of its key." };
var clientCa = new Option<FileInfo>("--tls-client-ca") { Description = "PEM of the authority that issued the clients' certificates." };

port.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 0 and <= 65535, "--port is 0 to 65535.");
partitions.CustomParser = result => NumberArgument.Of<int>(result, number => number >= 1, "--partitions is at least 1.");
retention.CustomParser = result => NumberArgument.Of<double>(result, number => number is > 0 and < 1_000_000, "--retention-hours is more than 0 and less than a million.");

var command = new RootCommand("A Kafka broker for development: one node, its log on disk, on loopback. Killed, it loses nothing it acknowledged; a power cut may cost the last seconds.")
{
    data, host, port, partitions, retention, certificate, key, clientCa,
};
command.Validators.Add(result =>
{
    var given = new Option[] { certificate, key, clientCa }.Count(option => result.GetResult(option) is not null);
    if (given is 1 or 2) result.AddError("TLS takes --tls-cert, --tls-key and --tls-client-ca together.");
});
command.SetAction(async (arguments, stopping) =>
{
    try
    {
        await using var broker = await KafkaBroker.StartAsync(
            new BrokerOptions
            {
                DataDirectory = arguments.GetRequiredValue(data).FullName,
                Host = arguments.GetRequiredValue(host),
                Port = arguments.GetValue(port),
                DefaultPartitions = arguments.GetValue(partitions),
                Retention = arguments.GetValue(retention) is { } hours ? TimeSpan.FromHours(hours) : null,
                Tls = arguments.GetValue(certificate) is { } pem
                    ? new BrokerTls(await Text(pem), await Text(arguments.GetRequiredValue(key)), await Text(arguments.GetRequiredValue(clientCa)))
                    : null,
                Log = Console.Error.WriteLine,
            },
            stopping);
        Console.WriteLine($"Kafka development broker on {broker.BootstrapServers}, cluster {broker.ClusterId}. For development only.");
        await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return 0;
    }
    catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }

    Task<string> Text(FileInfo file) => File.ReadAllTextAsync(file.FullName, stopping);
});
var asked = command.Parse(args);
if (asked.Errors.Count > 0)
{
    if (asked.UnmatchedTokens is [var word, ..]) await Console.Error.WriteLineAsync($"Unrecognized option \"{word}\"");
    else
        foreach (var error in asked.Errors) await Console.Error.WriteLineAsync(error.Message);
    await Console.Error.WriteLineAsync("See --help.");
    return 2;
}

return await asked.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
