using System.CommandLine;
using ShitOps.Local;
using ShitOps.Local.Broker;

var data = new Option<string>("--data") { Description = "The folder that keeps everything: log, tables, blobs, keys, logs.", DefaultValueFactory = _ => ".data", HelpName = "DIR" };
var port = new Option<int>("--port") { Description = "The port of the functions over HTTP; further instances take the next ones.", DefaultValueFactory = _ => 7071, HelpName = "N" };
var kafkaPort = new Option<int?>("--kafka-port") { Description = "The port of the embedded Kafka broker [default: 9092]; given, it is used whatever the setting KafkaBrokers says.", HelpName = "N" };
var retention = new Option<double?>("--kafka-retention-hours") { Description = "How long the embedded broker keeps records; without it, for ever.", HelpName = "N" };
var storagePort = new Option<int>("--storage-port") { Description = "The first of Azurite's three ports.", DefaultValueFactory = _ => 10000, HelpName = "N" };
var instances = new Option<int>("--instances") { Description = "How many processes run the function app and share the partitions.", DefaultValueFactory = _ => 1, HelpName = "N" };
var requireKeys = new Option<bool>("--require-keys") { Description = "Ask for function keys on loopback too, as Azure does." };
var verbose = new Option<bool>("--verbose") { Description = "Show all output of the function app, not only warnings." };
var noDemo = new Option<bool>("--no-demo") { Description = "Start without the simulated organisation." };
var demo = new Option<bool>("--demo") { Description = "Start the simulated organisation even on a Kafka of your own, or beside events that are there already." };
var demoRate = new Option<double>("--demo-rate") { Description = "Progress reports a second of the simulated organisation, beside what its people do; 0 to 10,000.", DefaultValueFactory = _ => 2, HelpName = "X" };
var demoSeed = new Option<int>("--demo-seed") { Description = "Which organisation is simulated; a data folder keeps the one that it began with.", DefaultValueFactory = _ => 1, HelpName = "N" };
var demoTeams = new Option<int>("--demo-teams") { Description = "How many teams it has, of about ten people each.", DefaultValueFactory = _ => 12, HelpName = "N" };
var demoDays = new Option<int>("--demo-days") { Description = "How many days of its past are produced at the first start.", DefaultValueFactory = _ => 120, HelpName = "N" };
port.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 1 and <= 65_500, "--port takes a port from 1 to 65500");
storagePort.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 1 and <= 65_500, "--storage-port takes a port from 1 to 65500");
kafkaPort.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 1 and <= 65_535, "--kafka-port takes a port from 1 to 65535");
retention.CustomParser = result => NumberArgument.Of<double>(result, number => number is > 0 and <= 1_000_000, "--kafka-retention-hours takes a number above 0, up to 1,000,000");
instances.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 1 and <= 16, "--instances takes a number from 1 to 16");
demoRate.CustomParser = result => NumberArgument.Of<double>(result, number => number is 0 or (>= 0.01 and <= 10_000), "--demo-rate takes 0, or a number from 0.01 to 10,000");
demoSeed.CustomParser = result => NumberArgument.Of<int>(result, _ => true, "--demo-seed takes a whole number");
demoTeams.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 1 and <= 1000, "--demo-teams takes a number from 1 to 1,000");
demoDays.CustomParser = result => NumberArgument.Of<int>(result, number => number is >= 0 and <= 3650, "--demo-days takes a number from 0 to 3,650");
data.Validators.Add(result =>
{
    if (string.IsNullOrWhiteSpace(result.GetValue(data))) result.AddError("--data takes a folder");
});

var root = new RootCommand("Runs ShitOps whole on this machine: storage (Azurite), Kafka (an embedded development broker), the function app, and a simulated organisation that produces events.")
{
    data, port, kafkaPort, retention, storagePort, instances, requireKeys, verbose, noDemo, demo, demoRate, demoSeed, demoTeams, demoDays,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    var options = new LocalOptions
    {
        DataDirectory = Path.GetFullPath(parsed.GetValue(data)!),
        Port = parsed.GetValue(port),
        KafkaPort = parsed.GetValue(kafkaPort),
        KafkaRetention = parsed.GetValue(retention) is { } hours ? TimeSpan.FromHours(hours) : null,
        StoragePort = parsed.GetValue(storagePort),
        Instances = parsed.GetValue(instances),
        RequireKeys = parsed.GetValue(requireKeys),
        Verbose = parsed.GetValue(verbose),
        Demo = parsed.GetValue(noDemo) ? false : parsed.GetValue(demo) ? true : null,
        DemoRate = parsed.GetValue(demoRate),
        DemoSeed = parsed.GetValue(demoSeed),
        DemoTeams = parsed.GetValue(demoTeams),
        DemoDays = parsed.GetValue(demoDays),
    };
    try
    {
        await OneMachine.RunAsync(options, cancellationToken);
        return 0;
    }
    catch (LocalFault fault)
    {
        await Console.Error.WriteLineAsync(fault.Message);
        return 1;
    }
});

var asked = root.Parse(args);
if (asked.Errors.Count > 0)
{
    if (asked.UnmatchedTokens is [var word, ..]) await Console.Error.WriteLineAsync($"Unrecognized option \"{word}\"");
    else
        foreach (var error in asked.Errors) await Console.Error.WriteLineAsync(error.Message);
    await Console.Error.WriteLineAsync("See --help.");
    return 2;
}

// Stopping saves everything first, which may take longer than the two seconds that the parser would grant.
return await asked.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
