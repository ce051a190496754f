using System.Diagnostics;

namespace ShitOps.Tests.Worker;

/// <summary>The function app as a process: how it ends.</summary>
public sealed class ProcessTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_fault_at_start_is_one_line_on_standard_error_and_exit_code_1()
    {
        using var app = Start("--port", "abc");

        await app.WaitForExitAsync().WaitAsync(Eventually.Patience);

        Assert.Equal(1, app.ExitCode);
        Assert.Equal(
            "The port is 'abc', expected a number from 0 to 65535 (--port, FUNCTIONS_PORT).", (await app.StandardError.ReadToEndAsync()).TrimEnd());
    }

    [Fact]
    public async Task The_app_stops_in_order_when_its_standard_input_ends()
    {
        using var app = Start("--port", "0");

        // Until it lists its functions, which it does when it has started.
        var lines = new List<string>();
        while (await app.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.Contains("PostEvents", StringComparison.Ordinal)) break;
        }

        Assert.All(lines, line => Assert.Matches(@"^(info|warn|fail|crit): \d\d:\d\d:\d\d [\w.]+: ", line));
        app.StandardInput.Close();

        await app.WaitForExitAsync().WaitAsync(Eventually.Patience);
        Assert.Equal(0, app.ExitCode);
        Assert.Equal("", await app.StandardError.ReadToEndAsync());
    }

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Dotnet.Program, [Path.Combine(AppContext.BaseDirectory, "ShitOps.Functions.dll"), .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AzureWebJobsStorage"] = azurite.ConnectionString;
        start.Environment["KafkaBrokers"] = "localhost:1";
        start.Environment["KafkaTopic"] = "events";
        start.Environment["KafkaStream"] = "stream";
        start.Environment["TenantKey"] = Some.TenantKey;
        start.Environment["FUNCTIONS_STOP_WHEN_STDIN_CLOSES"] = "1";
        start.Environment["AzureFunctionsJobHost__id"] = Some.Name("host");
        return Process.Start(start)!;
    }
}
