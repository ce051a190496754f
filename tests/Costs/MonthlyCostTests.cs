using ShitOps.Costs;
using ShitOps.Scaling;
using ShitOps.Tests.Cli;

namespace ShitOps.Tests.Costs;

/// <summary>Bills against amounts worked out by hand.</summary>
public sealed class MonthlyCostTests
{
    private static readonly PriceList Shipped = PriceList.Parse(File.ReadAllText(RepositoryRoot.File("cli", "prices.json")));

    /// <summary>A month has 730 × 3,600 = 2,628,000 s, so 2,628 million events at 1,000 a second.</summary>
    [Fact]
    public void A_thousand_events_a_second_cost_what_is_worked_out_by_hand()
    {
        var load = new CostedLoad { EventsPerSecond = 1000, Peak = 2.5, ArchiveMonths = 12, PrivateEndpoints = 5, TelemetryGigabytes = 10, GrafanaUsers = 3 };
        var cost = MonthlyCost.Of(load, new EventFootprint(290, TableTransactions: 10, 270, BlobWrites: 1, ArchiveBytes: 20), Shipped);

        Assert.Equal(
            [
                ("Functions: instances of the live role", 5_256_000m, 136.656m),      // one instance of 2 GB × 2,628,000 s × 0.000026
                ("Functions: instances of the archive role", 5_256_000m, 136.656m),
                ("Functions: executions", 2_890_800m, 1.15632m),                      // 1.1 a second × 0.40 a million
                ("Tables: transactions", 26_280_000m, 0.94608m),                      // 2,628 million ÷ 1,000 × 10; × 0.00036 ÷ 10,000
                ("Archive: blobs written", 2_628_000m, 13.14m),                       // × 0.05 ÷ 10,000
                ("Archive: stored, hot", 52.56m, 0.94608m),                           // 2,628 million × 20 bytes; × 0.018
                ("Archive: stored, cool", 262.8m, 2.628m),                            // five months × 0.01
                ("Archive: stored, cold", 315.36m, 1.135296m),                        // six months × 0.0036
                ("Event Hubs Standard: throughput units", 2_190m, 65.70m),            // 2,500 a second: 3 units × 730 × 0.03
                ("Event Hubs Standard: events in", 2_628_000_000m, 73.584m),          // × 0.028 a million
                ("Private endpoints", 3_650m, 36.50m),
                ("Telemetry", 10m, 23.00m),
                ("Grafana: instance", 730m, 31.39m),
                ("Grafana: users", 3m, 18m),
            ],
            cost.Lines.Select(line => (line.What, line.Quantity, line.Amount)));
        Assert.Equal(541.437776m, cost.Total);
        Assert.Equal(0.2060m, decimal.Round(cost.PerMillionEvents, 4));
    }

    /// <summary>24 × 2 GB × 2,628,000 s × 0.000004.</summary>
    [Fact]
    public void What_is_kept_ready_is_paid_for_whether_or_not_it_works()
    {
        Assert.Equal(504.576m, Assert.Single(MonthlyCost.Of(new CostedLoad { EventsPerSecond = 1, AlwaysReady = 24 }, EventFootprint.Measured, Shipped).Lines, line => line.What == "Functions: instances kept ready").Amount);
    }

    [Fact]
    public void What_is_not_there_is_not_on_the_bill()
    {
        var cost = MonthlyCost.Of(new CostedLoad { EventsPerSecond = 0.5, EventHubs = false, ArchiveMonths = 1 }, EventFootprint.Measured, Shipped);

        Assert.DoesNotContain(cost.Lines, line => line.What.Contains("Event Hubs", StringComparison.Ordinal) || line.What.Contains("cool", StringComparison.Ordinal) || line.What.Contains("Grafana", StringComparison.Ordinal));
        Assert.Equal(1_314_000m, cost.Events);
    }

    /// <summary>20,000 × 2.7 = 54,000 events a second are more than 40 throughput units: 15.66 MB a second, so 4 processing units × 730 × 1.233.</summary>
    [Fact]
    public void What_Standard_cannot_take_is_Premium()
    {
        var cost = MonthlyCost.Of(new CostedLoad { EventsPerSecond = 20_000 }, EventFootprint.Measured, Shipped);

        Assert.Equal(3600.36m, Assert.Single(cost.Lines, line => line.What.Contains("Event Hubs", StringComparison.Ordinal)).Amount);
    }

    [Theory]
    [InlineData("[", "expected JSON: ")]
    [InlineData("[]", "prices: expected an object, found none")]
    [InlineData("""{"prices":{"a":{"price":-1,"per":1,"unit":"x"}}}""", "prices.a.price: expected a number from 0, found -1")]
    [InlineData("""{"prices":{"a":{"price":1,"per":0,"unit":"x"}}}""", "prices.a.per: expected a number above 0, found 0")]
    [InlineData("""{"prices":{"a":{"price":"1","per":1,"unit":"x"}}}""", "prices.a.price: expected a number, found 1")]
    [InlineData("""{"prices":{"a":3}}""", "prices.a: expected an object with price, per and unit")]
    [InlineData("""{"prices":{},"currency":"USD","region":"x","date":"30/6/2025"}""", "date: expected a day such as 2026-01-31, found \"30/6/2025\"")]
    [InlineData("""{"prices":{},"currency":"USD","date":"2025-06-30"}""", "region: expected a string, found none")]
    public void A_price_list_that_is_none_is_refused_with_its_place(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => PriceList.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_command_prints_the_bill_and_says_that_prices_are_to_be_checked()
    {
        var run = await CommandRun.OfAsync(["cost", "--events-per-second", "1000", "--transactions", "10", "--own-kafka", "--archive-months", "1"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("as of 2025-06-30, not checked", run.Error, StringComparison.Ordinal);
        Assert.Equal("Tables: transactions                              26,280,000 transactions          0.95", run.Output.Split('\n')[3]);
        Assert.StartsWith("A month of 730 hours", run.Output.Split('\n')[^3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_takes_an_edited_price_list()
    {
        using var folder = new ScratchDirectory();
        var path = folder.File("prices.json", "");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(RepositoryRoot.File("cli", "prices.json"))).Replace("\"checked\": false", "\"checked\": true", StringComparison.Ordinal).Replace("0.00036", "0.00072", StringComparison.Ordinal));
        string[] arguments = ["cost", "--events-per-second", "1000", "--transactions", "10", "--own-kafka", "--archive-months", "1", "--prices", path];

        var run = await CommandRun.OfAsync(arguments);

        Assert.Equal("", run.Error);
        Assert.EndsWith("1.89", run.Output.Split('\n')[3], StringComparison.Ordinal);

        await File.WriteAllTextAsync(path, """{"prices":{},"currency":"USD","region":"x","date":"2026-01-31"}""");
        run = await CommandRun.OfAsync(arguments);
        Assert.Equal((1, $"{path}: prices: expected a price \"flex.gbSecond\", found none\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("Option '--events-per-second' is required.")]
    [InlineData("--events-per-second: expected a number from 0.000001 to 1,000,000,000, found \"many\"", "--events-per-second", "many")]
    [InlineData("--archive-months: expected a whole number from 1 to 1,200, found \"0\"", "--events-per-second", "1", "--archive-months", "0")]
    public async Task Arguments_out_of_range_are_refused(string message, params string[] arguments)
    {
        var run = await CommandRun.OfAsync(["cost", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_sizes_cost_is_what_the_command_says()
    {
        var rows = File.ReadAllLines(RepositoryRoot.File("docs", "operations.md")).Where(line => line.Contains("`--events-per-second", StringComparison.Ordinal)).Select(line => line.Split('|')).ToList();

        Assert.Equal(["small", "team", "enterprise"], rows.Select(cells => cells[1].Trim()));
        foreach (var cells in rows)
        {
            var lines = (await CommandRun.OfAsync(["cost", .. cells[3].Trim(' ', '`').Split(' ')])).Output.Split('\n');
            Assert.Contains($" {cells[4].Trim()} USD", lines[^3], StringComparison.Ordinal);
            Assert.Contains($" {cells[5].Trim()} USD", lines[^2], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_events_ask_for_is_what_the_benchmarks_say()
    {
        var lines = File.ReadAllLines(RepositoryRoot.File("docs", "benchmarks.md"));
        var (measured, greatest) = (EventFootprint.Measured, EventFootprint.Greatest);

        Assert.Equal([measured.TableTransactions, greatest.TableTransactions], Figures("live_transactions_per_1000_events", 1, 3));
        Assert.Equal([measured.TableEntities, greatest.TableEntities], Figures("live_entities_per_1000_events", 1, 3));
        Assert.Equal([measured.BlobWrites, greatest.BlobWrites], Figures("archive_blob_writes_per_1000_events", 1, 3));
        Assert.Equal([measured.ArchiveBytes], Figures("compacted_bytes_per_event", 2));
        Assert.Equal([greatest.ArchiveBytes], Figures("segment_bytes_per_event", 2));
        Assert.Equal([InstanceRate.Archive], Figures("encode_events_per_cpu_s", 2));
        Assert.Equal(InstanceRate.Aggregation, Figures("pipeline_events_per_s", 1).Single(), 50.0);

        // The last cells of the table's row, after name, and meaning or bar.
        double[] Figures(string name, params int[] columns)
        {
            var cells = lines.Last(line => line.StartsWith($"| `{name}`", StringComparison.Ordinal) && line.Count(letter => letter == '|') > 3).Split('|')[3..];
            return [.. columns.Select(column => double.Parse(cells[column - 1], System.Globalization.NumberStyles.Float | System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture))];
        }
    }
}
