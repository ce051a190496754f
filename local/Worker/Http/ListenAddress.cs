using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Local.Worker;

/// <summary>Where the app listens, and whether requests need keys there: always, unless only this machine can send them.</summary>
internal sealed record ListenAddress(IPAddress Host, int Port, bool RequiresKeys)
{
    /// <summary>
    /// Whether a request is for this machine by its Host header. Where no keys are asked for, others are not answered: a page in a browser could
    /// else have its own name lead here, and read and change everything.
    /// </summary>
    public static bool IsOfThisMachine(string host) => host is "localhost" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>
    /// Whether a request may come from the page that its Origin header names, where no keys are asked for: a page of anywhere can have a browser send
    /// what changes something, though it does not see the answer. What is no browser states no origin.
    /// </summary>
    public static bool IsAllowed(string method, string? origin) =>
        string.IsNullOrEmpty(origin) || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsOfThisMachine(page.Host));

    public const int DefaultPort = 7071;

    /// <summary>
    /// Takes this runtime's arguments <c>--port N</c>, <c>--host H</c> and <c>--require-keys</c>, or <c>--port=N</c>, <c>--host=H</c>
    /// and <c>--require-keys=false</c>, out of <paramref name="args"/>, as settings of the names they also have:
    /// FUNCTIONS_PORT, FUNCTIONS_HOST, FUNCTIONS_REQUIRE_KEYS.
    /// </summary>
    public static (string[] Others, Dictionary<string, string?> Settings) ParseArguments(string[] args)
    {
        var others = new List<string>();
        var settings = new Dictionary<string, string?>();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var before, var after] ? (before, after) : (args[i], null);
            switch (name)
            {
                case "--require-keys":
                    settings["FUNCTIONS_REQUIRE_KEYS"] = bool.TryParse(value ?? "true", out var required)
                        ? required.ToString()
                        : throw new FunctionAppException($"--require-keys is '{value}', expected true or false.");
                    break;
                case "--port" or "-p" or "--host":
                    value ??= i + 1 < args.Length ? args[++i] : null;
                    settings[name == "--host" ? "FUNCTIONS_HOST" : "FUNCTIONS_PORT"] =
                        string.IsNullOrEmpty(value) ? throw new FunctionAppException($"{name} needs a value.") : value;
                    break;
                default:
                    others.Add(args[i]);
                    break;
            }
        }

        return ([.. others], settings);
    }

    public static ListenAddress Read(AppSettings settings, IConfiguration configuration)
    {
        var portText = settings["FUNCTIONS_PORT"] ?? configuration["LocalSettings:Host:LocalHttpPort"];
        if (!int.TryParse(portText ?? DefaultPort.ToString(CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
        {
            throw new FunctionAppException($"The port is '{portText}', expected a number from 0 to 65535 (--port, FUNCTIONS_PORT).");
        }

        var hostText = settings["FUNCTIONS_HOST"] ?? "127.0.0.1";
        var host = hostText switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(hostText, out var address)
                ? address
                : throw new FunctionAppException($"The host is '{hostText}', expected localhost, * or an IP address (--host, FUNCTIONS_HOST)."),
        };
        return new ListenAddress(host, port, !IPAddress.IsLoopback(host) || settings.IsOn("FUNCTIONS_REQUIRE_KEYS"));
    }
}
