using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Local.Worker;

/// <summary>
/// <c>host.json</c>, and the settings <c>AzureFunctionsJobHost__…</c> that override it.
/// Where the host passes over what it does not know, this refuses it: a misspelt limit should not be found out in production.
/// What the host knows and this runtime does without is told when the app starts. Under <c>logging</c> anything goes.
/// </summary>
internal sealed class HostJson
{
    private HostJson(IConfiguration configuration)
    {
        Configuration = configuration;

        var root = new HostJsonSection(configuration, "");
        FunctionTimeout = root.TimeOrNone("functionTimeout", TimeSpan.FromSeconds(1));
        HostId = root.Text("id");
        root.AllowOnly(
            ["extensions", "logging", "singleton", "telemetryMode", "version"],
            ["aggregator", "concurrency", "customHandler", "extensionBundle", "functions", "healthMonitor", "managedDependency", "retry",
                "sendCanceledInvocationsToWorker", "watchDirectories", "watchFiles"]);

        var http = new HostJsonSection(configuration.GetSection("extensions:http"), "extensions.http.");
        Http = new HttpLimits(
            RoutePrefix: http.Text("routePrefix") ?? "api",
            MaxConcurrentRequests: http.LimitOrNone("maxConcurrentRequests"),
            MaxOutstandingRequests: http.LimitOrNone("maxOutstandingRequests"));
        http.AllowOnly(["customHeaders"], ["dynamicThrottlesEnabled", "hsts"]);

        Kafka = KafkaLimits.Read(new HostJsonSection(configuration.GetSection("extensions:kafka"), "extensions.kafka."));
        new HostJsonSection(configuration.GetSection("extensions"), "extensions.").AllowOnly(["http", "kafka"]);

        var singleton = new HostJsonSection(configuration.GetSection("singleton"), "singleton.");
        TimerLock = new TimerLock(
            Period: singleton.Time("listenerLockPeriod", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)) ?? TimeSpan.FromSeconds(30),
            PollingInterval: singleton.Time("listenerLockRecoveryPollingInterval", TimeSpan.FromMilliseconds(100)) ?? TimeSpan.FromSeconds(10));
        singleton.AllowOnly(ignored: ["lockAcquisitionPollingInterval", "lockAcquisitionTimeout", "lockPeriod"]);

        Ignored = [.. root.Ignored, .. http.Ignored, .. singleton.Ignored];
    }

    public IConfiguration Configuration { get; }

    /// <summary>How long an invocation may take; null for as long as it likes.</summary>
    public TimeSpan? FunctionTimeout { get; }

    public HttpLimits Http { get; }

    public KafkaLimits Kafka { get; }

    public TimerLock TimerLock { get; }

    /// <summary>What this app's locks and schedules are stored under.</summary>
    public string? HostId { get; }

    /// <summary>Settings that are there and have no effect, by their path.</summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <param name="root">The folder of host.json.</param>
    /// <param name="settings">The app's configuration.</param>
    public static HostJson Load(string root, IConfiguration settings)
    {
        var path = Path.Combine(root, "host.json");
        try
        {
            return new HostJson(new ConfigurationBuilder()
                .AddJsonFile(path, optional: true, reloadOnChange: false)
                .AddInMemoryCollection(settings.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true).Where(each => each.Value is not null))
                .Build());
        }
        catch (InvalidDataException fault)
        {
            throw new FunctionAppException($"{path}: {fault.InnerException?.Message ?? fault.Message}", fault);
        }
    }
}

/// <summary>Null limits are none.</summary>
internal sealed record HttpLimits(string RoutePrefix, int? MaxConcurrentRequests, int? MaxOutstandingRequests);

/// <summary>
/// The lease by which one instance alone runs a timer. Shorter by default than the host's minute,
/// so that on a desk another instance takes over soon.
/// </summary>
/// <param name="Period">How long the lease of an instance that died keeps others out. Storage allows 15 to 60 s.</param>
/// <param name="PollingInterval">How often the others try.</param>
internal sealed record TimerLock(TimeSpan Period, TimeSpan PollingInterval);

/// <summary>Reads one section of host.json and knows which names it was asked for.</summary>
internal sealed class HostJsonSection(IConfiguration section, string path)
{
    /// <summary>Timers count milliseconds in 32 bits.</summary>
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(49);

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings that are there and were allowed only to be ignored, by their path.</summary>
    public IReadOnlyList<string> Ignored { get; private set; } = [];

    public string? Text(string name)
    {
        _known.Add(name);
        return section[name];
    }

    public int Number(string name, int least, int otherwise) => Number(name, least) ?? otherwise;

    public int? Number(string name, int least = 0)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw Fault(name, text, $"a whole number from {least}");
    }

    public int? LimitOrNone(string name) => Number(name, -1) switch
    {
        null or -1 => null,
        0 => throw Fault(name, "0", "-1 or a whole number from 1"),
        var limit => limit,
    };

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return bool.TryParse(text, out var flag) ? flag : throw Fault(name, text, "true or false");
    }

    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw Fault(name, text, string.Join(" or ", Enum.GetNames<T>()));
    }

    public TimeSpan? Time(string name, TimeSpan least, TimeSpan? most = null)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var longest = most ?? LongestTime;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= longest
            ? time
            : throw Fault(name, text, $"a time hh:mm:ss from {least} to {longest}");
    }

    public TimeSpan? TimeOrNone(string name, TimeSpan least) => Text(name) == "-1" ? null : Time(name, least);

    /// <summary>Refuses every name that was not read, is not in <paramref name="others"/> and not in <paramref name="ignored"/>.</summary>
    public void AllowOnly(string[]? others = null, string[]? ignored = null)
    {
        _known.UnionWith([.. others ?? [], .. ignored ?? []]);
        var names = section.GetChildren().Select(entry => entry.Key).ToList();
        if (names.Find(name => !_known.Contains(name)) is { } unknown)
        {
            throw new FunctionAppException($"host.json: {path}{unknown} is not known. Known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        }

        Ignored = [.. names.Intersect(ignored ?? [], StringComparer.OrdinalIgnoreCase).Select(name => path + name)];
    }

    private FunctionAppException Fault(string name, string text, string expected) =>
        new($"host.json: {path}{name} is '{text}', expected {expected}.");
}
