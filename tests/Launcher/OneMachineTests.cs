using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Confluent.Kafka;
using ShitOps.Local;

namespace ShitOps.Tests.Launcher;

/// <summary><c>dotnet run --project local</c> as its users see it.</summary>
public sealed class OneMachineTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("shitops-local-").FullName;
    private readonly int _port = Ports.Free(2);
    private readonly int _kafkaPort = Ports.Free();
    private readonly int _storagePort = Ports.Free(3);

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Comes_up_counts_what_a_client_from_outside_produces_stops_cleanly_and_goes_on_where_it_was()
    {
        await using (var first = Start("--no-demo", "--instances", "2"))
        {
            await first.UntilPrintedAsync("ShitOps is up");
            using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = $"localhost:{_kafkaPort}" }).Build();
            for (var i = 0; i < 100; i++) await producer.ProduceAsync("shitops-events", new Message<string, byte[]> { Key = "APOLLO", Value = Some.EventJson($"e-{i}") });
            await UntilCountedAsync(100);
            first.Terminate();
            Assert.Equal(0, await first.ExitCodeAsync());
            Assert.Contains("Stopped", first.Printed, StringComparison.Ordinal);
            Assert.All(Enumerable.Range(_port, 2).Append(_kafkaPort).Append(_storagePort), used => Ports.RequireFree(used, "the next test", "none"));
        }

        await using var second = Start("--no-demo");
        await second.UntilPrintedAsync("ShitOps is up");
        await UntilCountedAsync(100);
        using var http = new HttpClient();
        using var answer = await http.PostAsync($"http://localhost:{_port}/api/events", new ByteArrayContent(Some.EventJson("e-100")));
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        await UntilCountedAsync(101);
        second.Terminate();
        Assert.Equal(0, await second.ExitCodeAsync());
    }

    [Fact]
    public async Task Starts_the_function_app_again_when_it_is_killed_and_leaves_nothing_behind_when_itself_is()
    {
        await using var local = Start("--no-demo");
        await local.UntilPrintedAsync("ShitOps is up");
        var app = await ProcessIdAsync();
        Process.GetProcessById(app).Kill();
        await local.UntilPrintedAsync("is started again");
        await UntilCountedAsync(0);
        // What the one that was killed had to say is kept.
        var log = await File.ReadAllTextAsync(Path.Combine(_data, "logs", $"functions-{_port}.log"));
        Assert.Equal(2, log.Split("PostEvents: POST").Length - 1);

        local.Kill();

        await UntilPortsAreFreeAsync();

        async Task<int> ProcessIdAsync()
        {
            using var http = new HttpClient();
            var status = await http.GetFromJsonAsync<JsonElement>($"http://localhost:{_port}/admin/host/status");
            return status.GetProperty("processId").GetInt32();
        }
    }

    /// <summary>What is committed to Kafka never comes again, so storage must not go back behind it.</summary>
    [Fact]
    public async Task Keeps_all_that_was_aggregated_when_it_is_killed_and_everything_with_it()
    {
        await using (var first = Start("--no-demo"))
        {
            await first.UntilPrintedAsync("ShitOps is up");
            using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = $"localhost:{_kafkaPort}" }).Build();
            for (var i = 0; i < 300; i++)
            {
                await producer.ProduceAsync("shitops-events", new Message<string, byte[]> { Key = "APOLLO", Value = Some.EventJson($"e-{i}") });
                if (i % 100 == 99) await UntilCountedAsync(i + 1);
            }

            first.Kill();
            await UntilPortsAreFreeAsync();
        }

        await using var second = Start("--no-demo");
        await second.UntilPrintedAsync("ShitOps is up");
        await UntilCountedAsync(300);
        second.Terminate();
        Assert.Equal(0, await second.ExitCodeAsync());
    }

    [Fact]
    public async Task Shows_events_of_a_simulated_organisation()
    {
        await using var local = Start("--demo-days", "20");
        await local.UntilPrintedAsync("ShitOps is up");

        await UntilAsync(health => health.GetProperty("events").GetProperty("decoded").GetInt64() > 1000);

        local.Terminate();
        Assert.Equal(0, await local.ExitCodeAsync());
    }

    [Fact]
    public async Task Says_in_one_line_which_port_is_taken_and_how_to_choose_another()
    {
        foreach (var (taken, option, user) in new[] { (_port, "--port", "the function app"), (_kafkaPort, "--kafka-port", "the Kafka broker"), (_storagePort + 2, "--storage-port", "Azurite") })
        {
            using var listener = new TcpListener(System.Net.IPAddress.Loopback, taken);
            listener.Start();
            await using var local = Start("--no-demo");

            Assert.Equal(1, await local.ExitCodeAsync());
            Assert.Contains($"Port {taken}, which {user} needs, is taken: stop what uses it (ss -ltnp), or choose another with {option}.", local.Printed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Says_in_one_line_that_Node_is_missing()
    {
        await using var local = LocalProcess.Start([("PATH", "/nowhere")], Arguments("--no-demo"));

        Assert.Equal(1, await local.ExitCodeAsync());
        Assert.Contains("node is not on the PATH: install Node.js 20 or later with npm (https://nodejs.org), which Azurite needs, and start again.", local.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_that_its_folder_cannot_be_written()
    {
        // A file in the place of the folder stops even a superuser, whom permissions do not.
        var file = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "");
        await using var local = LocalProcess.Start([], "--data", Path.Combine(file, "data"), "--port", $"{_port}");

        Assert.Equal(1, await local.ExitCodeAsync());
        Assert.Contains($"The folder {Path.Combine(file, "data")} cannot be written: ", local.Printed, StringComparison.Ordinal);
        Assert.Contains("choose another with --data.", local.Printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data", "", "--data takes a folder")]
    [InlineData("--kafka-retention-hours", "0", "--kafka-retention-hours takes a number above 0, up to 1,000,000")]
    [InlineData("--instances", "0", "--instances takes a number from 1 to 16")]
    [InlineData("--port", "70000", "--port takes a port from 1 to 65500")]
    [InlineData("--port", "abc", "--port takes a port from 1 to 65500")]
    [InlineData("--kafka-port", "abc", "--kafka-port takes a port from 1 to 65535")]
    [InlineData("--kafka-retention-hours", "long", "--kafka-retention-hours takes a number above 0, up to 1,000,000")]
    [InlineData("--demo-seed", "x", "--demo-seed takes a whole number")]
    [InlineData("--bogus", "1", "Unrecognized option \"--bogus\"")]
    [InlineData("--demo-rate", "-1", "--demo-rate takes 0, or a number from 0.01 to 10,000")]
    public async Task Refuses_options_that_make_no_sense(string option, string value, string message)
    {
        await using var local = LocalProcess.Start([], option, value);

        Assert.Equal(2, await local.ExitCodeAsync());
        Assert.Equal([message, "See --help."], local.Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Says_in_one_line_that_a_port_is_wanted_twice()
    {
        await using var local = LocalProcess.Start([], "--data", Path.Combine(_data, "twice"), "--port", $"{_port}", "--instances", "2", "--kafka-port", $"{_port + 1}");

        Assert.Equal(1, await local.ExitCodeAsync());
        Assert.StartsWith($"Port {_port + 1} is wanted twice: ", local.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_reaches_everything_at_once_and_ends_it_in_order()
    {
        await using var local = Start("--no-demo", "--instances", "2");
        await local.UntilPrintedAsync("ShitOps is up");

        local.Interrupt();

        Assert.Equal(0, await local.ExitCodeAsync());
        Assert.DoesNotContain("is started again", local.Printed, StringComparison.Ordinal);
        Assert.EndsWith("Stopped", local.Printed.TrimEnd(), StringComparison.Ordinal);
        Assert.All(Enumerable.Range(_port, 2).Append(_kafkaPort).Append(_storagePort), used => Ports.RequireFree(used, "the next test", "none"));
    }

    [Fact]
    public async Task Takes_its_folder_for_itself_and_leaves_events_of_others_alone()
    {
        await using (var first = Start("--no-demo"))
        {
            await first.UntilPrintedAsync("ShitOps is up");
            await using var second = LocalProcess.Start([], "--data", _data, "--port", $"{Ports.Free()}", "--kafka-port", $"{Ports.Free()}", "--storage-port", $"{Ports.Free(3)}");
            Assert.Equal(1, await second.ExitCodeAsync());
            Assert.Contains($"The folder {_data} is in use by another run", second.Printed, StringComparison.Ordinal);
            using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = $"localhost:{_kafkaPort}" }).Build();
            await producer.ProduceAsync("shitops-events", new Message<string, byte[]> { Key = "APOLLO", Value = Some.EventJson() });
            first.Terminate();
            Assert.Equal(0, await first.ExitCodeAsync());
        }

        await using var third = Start();
        await third.UntilPrintedAsync("ShitOps is up");
        Assert.Contains("No simulated organisation, since the topic holds events already; --demo starts it all the same.", third.Printed, StringComparison.Ordinal);
        await UntilCountedAsync(1);
    }

    [Fact]
    public async Task Puts_no_simulated_events_on_a_Kafka_of_the_user_even_where_it_has_simulated_before()
    {
        await using (var simulating = Start("--demo-days", "1"))
        {
            await simulating.UntilPrintedAsync("ShitOps is up");
            await UntilAsync(health => health.GetProperty("events").GetProperty("decoded").GetInt64() > 0);
            simulating.Terminate();
            Assert.Equal(0, await simulating.ExitCodeAsync());
        }

        await using var broker = await ShitOps.Local.Broker.KafkaBroker.StartAsync(new ShitOps.Local.Broker.BrokerOptions { DataDirectory = Path.Combine(_data, "theirs"), Port = 0 });
        await using var local = LocalProcess.Start(
            [("KafkaBrokers", broker.BootstrapServers)], "--data", _data, "--port", $"{_port}", "--storage-port", $"{_storagePort}");
        await local.UntilPrintedAsync("ShitOps is up");

        Assert.Contains("No simulated organisation, since this Kafka is not the embedded one; --demo starts it all the same.", local.Printed, StringComparison.Ordinal);
        Assert.Contains("from the setting KafkaBrokers", local.Printed, StringComparison.Ordinal);
        await UntilCountedAsync(0);
    }

    [Fact]
    public async Task Says_in_one_line_that_Kafka_does_not_answer()
    {
        var nowhere = $"localhost:{Ports.Free()}";
        await using var local = LocalProcess.Start([("KafkaBrokers", nowhere)], "--data", _data, "--port", $"{_port}", "--storage-port", $"{_storagePort}");

        Assert.Equal(1, await local.ExitCodeAsync());
        Assert.Contains($"Connecting to Kafka at {nowhere}", local.Printed, StringComparison.Ordinal);
        Assert.Contains($"Kafka at {nowhere} does not answer as it should: ", local.Printed, StringComparison.Ordinal);
        Assert.Contains("Connection refused", local.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_warnings_of_the_function_app()
    {
        await using var local = Start("--no-demo");
        await local.UntilPrintedAsync("ShitOps is up");
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = $"localhost:{_kafkaPort}" }).Build();
        await producer.ProduceAsync("shitops-events", new Message<string, byte[]> { Key = "APOLLO", Value = "no json"u8.ToArray() });

        await local.UntilPrintedAsync("1 undecodable record in shitops-events/");
        await UntilAsync(health => health.TryGetProperty("archive", out var archive) && archive.GetProperty("undecodable").GetInt64() == 1);
        Assert.Single(local.Printed.Split('\n'), line => line.Contains("went to the dead letters", StringComparison.Ordinal));
    }

    private string[] Arguments(params string[] more) => ["--data", _data, "--port", $"{_port}", "--kafka-port", $"{_kafkaPort}", "--storage-port", $"{_storagePort}", .. more];

    private async Task UntilPortsAreFreeAsync()
    {
        for (var clock = Stopwatch.StartNew(); !AllFree(); await Task.Delay(100)) Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "a child outlives its parent");

        bool AllFree()
        {
            try
            {
                foreach (var used in (int[])[_port, _kafkaPort, _storagePort]) Ports.RequireFree(used, "", "");
                return true;
            }
            catch (LocalFault)
            {
                return false;
            }
        }
    }

    private LocalProcess Start(params string[] more) => LocalProcess.Start([], Arguments(more));

    private Task UntilCountedAsync(long events) => UntilAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("events").GetProperty("decoded").GetInt64() == events);

    private async Task UntilAsync(Func<JsonElement, bool> holds)
    {
        using var http = new HttpClient();
        var last = "no answer";
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(200))
        {
            try
            {
                using var answer = await http.GetAsync($"http://localhost:{_port}/api/health");
                var health = await answer.Content.ReadFromJsonAsync<JsonElement>();
                if (holds(health)) return;
                last = health.ToString();
            }
            catch (HttpRequestException)
            {
                // Starting, or just being started again.
            }
        }

        throw new TimeoutException($"never came true: {last}");
    }
}
