using System.Diagnostics;
using System.Text.Json;

namespace ShitOps.Local.Azurite;

/// <summary>
/// Azurite as npm installs it from the lock file beside this class, once per user and version, into
/// <c>shitops/azurite-VERSION</c> of the folder for local application data.
/// </summary>
public sealed class AzuriteInstallation
{
    private AzuriteInstallation(string folder) => Folder = folder;

    /// <summary>The folder that holds <c>node_modules</c>.</summary>
    public string Folder { get; }

    internal string Script => Path.Combine(Folder, "node_modules", "azurite", "dist", "src", "azurite.js");

    private static string Package => Path.Combine(AppContext.BaseDirectory, "azurite");

    /// <summary>Finds the installation, or makes it; several processes at once make it once.</summary>
    /// <param name="progress">Takes lines to show while it is made: some 365 MB, half a minute.</param>
    /// <param name="cancellationToken">Stops it; what was fetched so far is thrown away.</param>
    /// <exception cref="LocalFault">Node.js or npm is missing or fails.</exception>
    public static async Task<AzuriteInstallation> EnsureAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        var root = UserFolder();
        var installation = new AzuriteInstallation(Path.Combine(root, $"azurite-{version}"));
        await RequireNodeAsync(cancellationToken);
        if (File.Exists(installation.Script)) return installation;

        await using var turn = await TurnAsync(Path.Combine(root, $"azurite-{version}.lock"), progress, cancellationToken);
        // What a run that was killed has left behind.
        foreach (var left in Directory.EnumerateDirectories(root, $"azurite-{version}.partial-*")) Directory.Delete(left, recursive: true);
        if (!File.Exists(installation.Script)) await InstallAsync(installation.Folder, version, progress, cancellationToken);
        return installation;
    }

    private static string UserFolder()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (folder.Length == 0) throw new LocalFault("There is no folder for application data: set HOME or XDG_DATA_HOME to one that can be written, and start again.");
        folder = Path.Combine(folder, "shitops");
        try
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LocalFault($"{folder} cannot be made ({fault.Message.TrimEnd('.')}): set XDG_DATA_HOME to a folder that can be written, and start again.");
        }
    }

    private static async Task InstallAsync(string folder, string version, Action<string> progress, CancellationToken cancellationToken)
    {
        // Renamed when complete, so that a folder of the final name is a whole installation.
        var partial = $"{folder}.partial-{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json", ".npmrc"]) File.Copy(Path.Combine(Package, file), Path.Combine(partial, file), overwrite: true);
            progress($"Installing Azurite {version} from npm into {folder} (once, about 365 MB)");
            var start = ProcessStart("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error");
            start.WorkingDirectory = partial;
            using var npm = Process.Start(start)!;
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var clock = Stopwatch.StartNew();
            try
            {
                var ended = npm.WaitForExitAsync(cancellationToken);
                while (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(4), cancellationToken)) != ended)
                    progress($"  {Bytes(partial) / 1_000_000:N0} of about 365 MB after {clock.Elapsed.TotalSeconds:N0} s");
                await ended;
            }
            catch (OperationCanceledException)
            {
                npm.Kill(entireProcessTree: true);
                await npm.WaitForExitAsync(CancellationToken.None);
                throw;
            }

            await output;
            if (npm.ExitCode != 0)
                throw new LocalFault($"npm could not install Azurite (exit code {npm.ExitCode}): {LastLine(await errors)}. Check that npm reaches its registry (npm ping) and start again.");
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.Move(partial, folder);
            progress($"Azurite {version} installed in {clock.Elapsed.TotalSeconds:N0} s");
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    private static async Task RequireNodeAsync(CancellationToken cancellationToken)
    {
        foreach (var program in (string[])["node", "npm"])
        {
            try
            {
                using var process = Process.Start(ProcessStart(program, "--version"))!;
                var text = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
                await process.WaitForExitAsync(cancellationToken);
                if (program == "node" && !(Version.TryParse(text.TrimStart('v'), out var version) && version.Major >= 20))
                    throw new LocalFault($"Node.js {text} is too old: install Node.js 20 or later (https://nodejs.org) and start again.");
            }
            catch (System.ComponentModel.Win32Exception)
            {
                throw new LocalFault($"{program} is not on the PATH: install Node.js 20 or later with npm (https://nodejs.org), which Azurite needs, and start again.");
            }
        }
    }

    private static async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Path.Combine(Package, "package.json"));
        using var package = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        return package.RootElement.GetProperty("dependencies").GetProperty("azurite").GetString()!;
    }

    private static async Task<FileStream> TurnAsync(string path, Action<string> progress, CancellationToken cancellationToken)
    {
        for (var waits = 0; ; waits++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (waits == 0) progress("Another process is installing Azurite: waiting for it");
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
            catch (UnauthorizedAccessException)
            {
                throw new LocalFault($"{path} cannot be written: make its folder writable, or set XDG_DATA_HOME to one that is, and start again.");
            }
        }
    }

    private static ProcessStartInfo ProcessStart(string program, params string[] arguments)
    {
        // npm is a script on Windows, which only the shell starts.
        var start = OperatingSystem.IsWindows() && program == "npm" ? new ProcessStartInfo("cmd.exe", ["/c", "npm", .. arguments]) : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }

    private static long Bytes(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            // npm moves files about while they are counted.
            return 0;
        }
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "no message";
}
