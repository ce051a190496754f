using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ShitOps.Costs;
using ShitOps.Scaling;

namespace ShitOps.Cli.CommandLine;

/// <summary><c>cost</c>: what a load costs, by a price list that its user keeps.</summary>
internal sealed class CostCommand(Terminal terminal)
{
    /// <summary>The price list that comes with the command line.</summary>
    public static string ShippedPrices { get; } = Path.Combine(AppContext.BaseDirectory, "prices.json");

    private static readonly CostedLoad Defaults = new() { EventsPerSecond = 1 };

    private readonly Option<double> _events = Number("--events-per-second", "Mean rate of events over a month, above 0.", 0.000001, 1e9, otherwise: null);
    private readonly Option<double> _peak = Number("--peak", "Greatest rate over the mean, for Event Hubs' capacity.", 1, 1000, Defaults.Peak);
    private readonly Option<double> _bytes = Number("--event-bytes", "Size of an event as JSON.", 1, 1e6, Defaults.EventBytes);
    private readonly Option<double> _transactions = Number("--transactions", "Table transactions per 1,000 events.", 0, 1e6, EventFootprint.Measured.TableTransactions);
    private readonly Option<double> _blobWrites = Number("--blob-writes", "Blobs that the archive writes per 1,000 events.", 0, 1e6, EventFootprint.Measured.BlobWrites);
    private readonly Option<double> _archiveBytes = Number("--archive-bytes", "What an event takes in the archive.", 0, 1e6, EventFootprint.Measured.ArchiveBytes);
    private readonly Option<double> _memory = Number("--instance-gb", "Memory of an instance.", 0.5, 4, Defaults.InstanceGigabytes);
    private readonly Option<int> _ready = Count("--always-ready", "Instances that are kept ready whether or not there is work; with zone redundancy two for each function that scales by itself.", 0, Defaults.AlwaysReady);
    private readonly Option<int> _months = Count("--archive-months", "Months of events in the archive.", 1, Defaults.ArchiveMonths);
    private readonly Option<int> _endpoints = Count("--private-endpoints", "Private endpoints.", 0, Defaults.PrivateEndpoints);
    private readonly Option<double> _telemetry = Number("--telemetry-gb", "Telemetry a month in GB.", 0, 1e6, Defaults.TelemetryGigabytes);
    private readonly Option<int> _users = Count("--grafana-users", "Users of Azure Managed Grafana; 0: no such Grafana.", 0, Defaults.GrafanaUsers);
    private readonly Option<bool> _ownKafka = new("--own-kafka") { Description = "Kafka is not Event Hubs and is paid for elsewhere." };
    private readonly Option<string> _prices = new("--prices") { Description = "Price list; a copy of the one that comes with the command line (cli/prices.json), edited.", HelpName = "FILE", DefaultValueFactory = _ => ShippedPrices };
    private readonly Option<bool> _json = new("--json") { Description = "Print the bill as JSON." };

    public Command Create()
    {
        var command = new ExampleCommand(
            "cost",
            "Say what a load costs a month in Azure and by a million events, from what events were measured to ask for (docs/benchmarks.md) and a dated price list. Without readers, the size of the tables, and traffic between regions.",
            "shitops cost --events-per-second 1000",
            "shitops cost --events-per-second 50 --own-kafka --prices my-prices.json --json");
        foreach (var option in (Option[])[_events, _peak, _bytes, _transactions, _blobWrites, _archiveBytes, _memory, _ready, _months, _endpoints, _telemetry, _users, _ownKafka, _prices, _json]) command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken stopping)
    {
        var path = arguments.GetRequiredValue(_prices);
        try
        {
            var prices = PriceList.Parse(await File.ReadAllTextAsync(path, stopping));
            var load = new CostedLoad
            {
                EventsPerSecond = arguments.GetValue(_events),
                Peak = arguments.GetValue(_peak),
                EventBytes = arguments.GetValue(_bytes),
                EventHubs = !arguments.GetValue(_ownKafka),
                InstanceGigabytes = arguments.GetValue(_memory),
                AlwaysReady = arguments.GetValue(_ready),
                ArchiveMonths = arguments.GetValue(_months),
                PrivateEndpoints = arguments.GetValue(_endpoints),
                TelemetryGigabytes = arguments.GetValue(_telemetry),
                GrafanaUsers = arguments.GetValue(_users),
            };
            var footprint = EventFootprint.Measured with
            {
                TableTransactions = arguments.GetValue(_transactions), BlobWrites = arguments.GetValue(_blobWrites), ArchiveBytes = arguments.GetValue(_archiveBytes),
            };
            var cost = MonthlyCost.Of(load, footprint, prices);
            if (!prices.Checked) terminal.Report($"{path}: prices of {prices.Region} as of {prices.Date:yyyy-MM-dd}, not checked: compare them with Azure's price pages, then set \"checked\" to true");
            terminal.Output.Write(arguments.GetValue(_json) ? Json(cost, prices) : Table(cost, prices));
            return ExitCode.Success;
        }
        catch (FormatException fault)
        {
            terminal.Report($"{path}: {fault.Message}");
            return ExitCode.Failure;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Report($"{path}: cannot be read: {fault.Message}");
            return ExitCode.Failure;
        }
    }

    private static string Table(MonthlyCost cost, PriceList prices)
    {
        using var table = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var width = cost.Lines.Max(line => line.What.Length);
        foreach (var line in cost.Lines) table.WriteLine($"{line.What.PadRight(width)}  {line.Quantity,18:N0} {line.Unit,-13} {line.Amount,12:N2}");
        table.WriteLine($"{"A month of 730 hours".PadRight(width)}  {cost.Events,18:N0} {"events",-13} {cost.Total,12:N2} {prices.Currency}");
        table.WriteLine($"{"A million events".PadRight(width)}  {1_000_000,18:N0} {"events",-13} {cost.PerMillionEvents,12:N4} {prices.Currency}");
        return table.ToString();
    }

    private static string Json(MonthlyCost cost, PriceList prices) => JsonSerializer.Serialize(new
    {
        currency = prices.Currency,
        region = prices.Region,
        date = prices.Date,
        pricesChecked = prices.Checked,
        events = cost.Events,
        lines = cost.Lines.Select(line => new { what = line.What, quantity = line.Quantity, unit = line.Unit, amount = decimal.Round(line.Amount, 2) }),
        perMonth = decimal.Round(cost.Total, 2),
        perMillionEvents = decimal.Round(cost.PerMillionEvents, 4),
    }) + "\n";

    private static Option<double> Number(string name, string description, double least, double greatest, double? otherwise)
    {
        var option = new Option<double>(name)
        {
            Description = description,
            HelpName = "N",
            Required = otherwise is null,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest) return number;
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: expected a number from {least:0.######} to {greatest:N0}, found \"{text}\""));
                return 0;
            },
        };
        if (otherwise is { } number) option.DefaultValueFactory = _ => number;
        return option;
    }

    private static Option<int> Count(string name, string description, int least, int otherwise) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => WholeNumber.Of(result, least, 1200),
    };
}
