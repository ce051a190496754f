using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>
/// The keys that requests bring in the header <c>x-functions-key</c> or the query <c>code</c>, in a file that its owner alone can read:
/// <code>{ "masterKey": "…", "hostKeys": { "default": "…" }, "systemKeys": { }, "functionKeys": { "Ask": { "default": "…" } } }</code>
/// Missing keys are made when the app starts. Edit the file and restart the app to change one.
/// </summary>
internal sealed class FunctionKeys
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,

        // Into the maps that a new file has: a function's name is the same in any case.
        PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate,
    };

    private readonly KeyFile _keys;

    private FunctionKeys(KeyFile keys) => _keys = keys;

    /// <param name="path">Made when there is none.</param>
    /// <param name="functions">The functions that have keys of their own.</param>
    public static FunctionKeys LoadOrCreate(string path, IEnumerable<string> functions)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var alone = Lock(path);
        var keys = Read(path);
        var complete = keys is not null;
        keys ??= new KeyFile { MasterKey = NewKey(), HostKeys = { ["default"] = NewKey() } };
        foreach (var function in functions.Where(function => !keys.FunctionKeys.ContainsKey(function)))
        {
            keys.FunctionKeys[function] = new() { ["default"] = NewKey() };
            complete = false;
        }

        if (!complete)
        {
            Write(path, keys);
        }

        return new FunctionKeys(keys);
    }

    /// <summary>Whether the request's key opens a function of that level.</summary>
    /// <param name="request">The request.</param>
    /// <param name="level">What is asked for.</param>
    /// <param name="function">Whose own keys count too at <see cref="AuthorizationLevel.Function"/>.</param>
    public bool Allow(HttpRequest request, AuthorizationLevel level, string? function)
    {
        if (level == AuthorizationLevel.Anonymous)
        {
            return true;
        }

        var header = request.Headers["x-functions-key"].FirstOrDefault();
        var key = string.IsNullOrEmpty(header) ? request.Query["code"].FirstOrDefault() : header;
        if (string.IsNullOrEmpty(key))
        {
            return false;
        }

        IEnumerable<string> accepted = level switch
        {
            AuthorizationLevel.Function =>
                [_keys.MasterKey, .. _keys.HostKeys.Values, .. _keys.FunctionKeys.GetValueOrDefault(function ?? "")?.Values ?? Enumerable.Empty<string>()],
            AuthorizationLevel.System => [_keys.MasterKey, .. _keys.SystemKeys.Values],
            _ => [_keys.MasterKey],
        };

        // Every key is compared, each in the same time whatever its length, so that the time tells nothing about them.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return accepted.Aggregate(false, (found, each) => found | Same(given, each));
    }

    private static bool Same(byte[] given, string key) =>
        key.Length > 0 && CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static KeyFile? Read(string path)
    {
        try
        {
            var keys = JsonSerializer.Deserialize<KeyFile>(File.ReadAllText(path), Format);
            if (keys is not { MasterKey.Length: > 0 })
            {
                throw new FunctionAppException($"{path} has no masterKey.");
            }

            Require(path, "hostKeys", keys.HostKeys);
            Require(path, "systemKeys", keys.SystemKeys);
            Require(path, "functionKeys", keys.FunctionKeys);
            foreach (var (function, own) in keys.FunctionKeys)
            {
                Require(path, $"functionKeys.{function}", own);
            }

            return keys;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException fault)
        {
            throw new FunctionAppException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>The file may have been edited, and JSON has nulls where the types have none.</summary>
    private static void Require<T>(string path, string name, Dictionary<string, T>? map)
        where T : class
    {
        if (map is null)
        {
            throw new FunctionAppException($"{path}: {name} is null, expected an object.");
        }

        foreach (var (key, value) in map)
        {
            if (value is null)
            {
                throw new FunctionAppException($"{path}: {name}.{key} is null, expected {(typeof(T) == typeof(string) ? "a key" : "an object")}.");
            }
        }
    }

    /// <summary>Instances that start together must not each make keys of their own.</summary>
    private static FileStream Lock(string path)
    {
        const int MostTries = 200;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (tries < MostTries)
            {
                Thread.Sleep(50);
            }
        }
    }

    /// <summary>Through a file beside it, so that a crash leaves all keys or none.</summary>
    private static void Write(string path, KeyFile keys)
    {
        var beside = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(beside, options))
        {
            JsonSerializer.Serialize(file, keys, Format);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>256 random bits in letters that need no escape in a URL.</summary>
    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private sealed class KeyFile
    {
        public string MasterKey { get; init; } = "";

        public Dictionary<string, string> HostKeys { get; init; } = [];

        public Dictionary<string, string> SystemKeys { get; init; } = [];

        public Dictionary<string, Dictionary<string, string>> FunctionKeys { get; init; } = new(StringComparer.OrdinalIgnoreCase);
    }
}
