using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ShitOps.Local.Worker;

/// <summary>
/// <c>host.json</c>, and the settings <c>AzureFunctionsJobHost__…</c> that override it.
/// Where the host passes over what it does not know, this says so: a misspelt limit should not be found out in production.
/// </summary>
internal sealed class HostJson
{
    private HostJson(IConfiguration configuration)
    {
        Configuration = configuration;

        var root = new HostJsonSection(configuration, "");
        FunctionTimeout = root.Time("functionTimeout", TimeSpan.FromSeconds(1));

        var http = new HostJsonSection(configuration.GetSection("extensions:http"), "extensions.http.");
        Http = new HttpLimits(
            RoutePrefix: http.Text("routePrefix") ?? "api",
            MaxConcurrentRequests: http.LimitOrNone("maxConcurrentRequests"),
            MaxOutstandingRequests: http.LimitOrNone("maxOutstandingRequests"));
        http.AllowOnly("dynamicThrottlesEnabled", "hsts", "customHeaders");

        Kafka = KafkaLimits.Read(new HostJsonSection(configuration.GetSection("extensions:kafka"), "extensions.kafka."));

        var singleton = new HostJsonSection(configuration.GetSection("singleton"), "singleton.");
        TimerLock = new TimerLock(
            Period: singleton.Time("listenerLockPeriod", TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60)) ?? TimeSpan.FromSeconds(30),
            PollingInterval: singleton.Time("listenerLockRecoveryPollingInterval", TimeSpan.FromMilliseconds(100)) ?? TimeSpan.FromSeconds(10));
        HostId = root.Text("id");
    }

    public IConfiguration Configuration { get; }

    /// <summary>How long an invocation may take; null for as long as it likes.</summary>
    public TimeSpan? FunctionTimeout { get; }

    public HttpLimits Http { get; }

    public KafkaLimits Kafka { get; }

    public TimerLock TimerLock { get; }

    /// <summary>What this app's locks and schedules are stored under.</summary>
    public string? HostId { get; }

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
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

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

    /// <summary>-1 is read as no time.</summary>
    public TimeSpan? Time(string name, TimeSpan least, TimeSpan? most = null)
    {
        if (Text(name) is not { } text || text == "-1")
        {
            return null;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time >= least && time <= (most ?? TimeSpan.MaxValue)
            ? time
            : throw Fault(name, text, most is null ? $"a time hh:mm:ss from {least}" : $"a time hh:mm:ss from {least} to {most}");
    }

    /// <summary>Refuses every name that was neither read nor is in <paramref name="others"/>.</summary>
    public void AllowOnly(params ReadOnlySpan<string> others)
    {
        foreach (var other in others)
        {
            _known.Add(other);
        }

        foreach (var entry in section.GetChildren())
        {
            if (!_known.Contains(entry.Key))
            {
                throw new FunctionAppException($"host.json: {path}{entry.Key} is not known. Known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    private FunctionAppException Fault(string name, string text, string expected) =>
        new($"host.json: {path}{name} is '{text}', expected {expected}.");
}
