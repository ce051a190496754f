using System.Diagnostics;
using Npgsql;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>
/// A PostgreSQL of its own in a new folder, reached by a Unix socket only. Its parent is a shell that stops it when its input ends, so that
/// it never outlives this process.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    // What one sets for much writing on a machine like this; durability stays whole but for synchronous_commit, which is measured both ways.
    private static readonly string[] Settings =
    [
        "listen_addresses=", "shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min", "wal_buffers=64MB", "wal_compression=lz4", "maintenance_work_mem=256MB",
        "temp_buffers=64MB", "jit=off", "max_connections=20",
    ];

    private readonly Process _process;
    private readonly string _folder;

    private PostgresServer(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>The folder of <c>initdb</c> and <c>postgres</c>: one of the PATH, or the newest of Debian's; null if there is none.</summary>
    public static string? FindPrograms()
    {
        if (OperatingSystem.IsWindows()) return null;
        var debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(debian)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    /// <summary>Makes a cluster and starts it.</summary>
    /// <exception cref="InvalidOperationException">It does not start; the message holds its last words.</exception>
    public static async Task<PostgresServer> StartAsync(string programs)
    {
        var folder = Directory.CreateTempSubdirectory("shitops-bench-postgres-").FullName;
        try
        {
            var data = Path.Combine(folder, "data");
            if (Environment.UserName == "root") await RunAsync("chown", "postgres", folder);
            await RunAsync([.. AsOwner(), Path.Combine(programs, "initdb"), "-D", data, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);

            // The shell ends the server in the fast way (INT) when its own input ends, and clears up.
            const string Script = "data=$1 postgres=$2; shift 2; \"$postgres\" -D \"$data\" \"$@\" & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf \"$data\"";
            string[] settings = [.. Settings.SelectMany(setting => (string[])["-c", setting])];
            var process = Start([.. AsOwner(), "sh", "-c", Script, "sh", data, Path.Combine(programs, "postgres"), "-k", folder, .. settings]);
            var errors = new List<string>();
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, line) =>
            {
                if (line.Data is not null) lock (errors) errors.Add(line.Data);
            };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var server = new PostgresServer(process, folder);
            for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
            {
                try
                {
                    await using var connection = new NpgsqlConnection(server.ConnectionString("postgres"));
                    await connection.OpenAsync();
                    return server;
                }
                catch (NpgsqlException fault) when (clock.Elapsed > TimeSpan.FromSeconds(30) || process.HasExited)
                {
                    await server.DisposeAsync();
                    lock (errors) throw new InvalidOperationException($"PostgreSQL does not start: {(errors.Count > 0 ? errors[^1] : fault.Message)}", fault);
                }
                catch (NpgsqlException)
                {
                    // Not listening yet.
                }
            }
        }
        catch
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public string ConnectionString(string database) => $"Host={_folder};Username=bench;Database={database};Pooling=false;Timeout=15;Command Timeout=0";

    public async Task<string> CreateDatabaseAsync(string name)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>PostgreSQL refuses to run as root; setpriv takes its user's place without a process in between.</summary>
    private static string[] AsOwner() =>
        Environment.UserName == "root" && OperatingSystem.IsLinux() ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : [];

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command.First(word => !word.StartsWith('-'))} failed with exit code {process.ExitCode}: {errors.Trim()}");
    }

    private static Process Start(string[] command) => Process.Start(
        new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
}
