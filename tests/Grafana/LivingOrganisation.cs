using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ShitOps.Aggregation;
using ShitOps.Events;
using ShitOps.Forecasting;
using ShitOps.Local.Simulator;
using ShitOps.Storage;

namespace ShitOps.Tests.Grafana;

/// <summary>
/// An app that has aggregated what a few teams did in the last months, forecast in three weeks: with eight weeks of its own a project has odds. The names of projects and
/// teams have what means something in PromQL, in regular expressions, in Grafana's variables and in addresses. Beside them stand a few projects that alerts are about.
/// </summary>
public sealed class LivingOrganisation(BrokerFixture kafka, AzuriteFixture azurite) : IAsyncLifetime
{
    /// <summary>What all projects' and teams' names of the organisation end with.</summary>
    public const string Hostile = @" (a|b).*+?[x]{1}^$\d é&#%/=,";

    /// <summary>Past its due day, with a task that has been blocked for five days.</summary>
    public const string Stuck = "stuck" + Hostile;

    /// <summary>Begun an hour ago, with a blocked task.</summary>
    public const string Young = "young" + Hostile;

    /// <summary>Done; past its due day, with a task that was left blocked.</summary>
    public const string Over = "over" + Hostile;

    /// <summary>Due in a week, with a pace of three tasks a week for three months, and sixty that came two days ago, of a milestone that is due before.</summary>
    public const string Late = "late" + Hostile;

    /// <summary>A name with both quotation marks.</summary>
    public const string Quoted = "it's \"so\"";

    private static readonly Status InProgress = new("In Progress", StatusCategory.InProgress);

    private FunctionAppProcess? _app;

    /// <summary>Asks it.</summary>
    internal HttpClient Http => _app!.Http;

    public async ValueTask InitializeAsync()
    {
        var topic = await kafka.CreateTopicAsync();
        var slices = Some.Slices();
        _app = await FunctionAppProcess.StartAsync(azurite.ConnectionString, kafka.Brokers, topic, Some.Name("stream"), ("Slices", $"{slices}"), ("AzureWebJobs.ForecastProjects.Disabled", "true"));
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = kafka.Brokers }).Build();
        var now = TimeProvider.System.GetUtcNow();
        var organisation = new Organisation(1, 4, now.AddDays(-110));
        var sent = 0;
        for (var next = organisation.Next(); next.At < now; next = organisation.Next()) Send(Renamed(next.Event));
        foreach (var one in Alarming(now).Concat(Swamped(now))) Send(one);
        producer.Flush(TimeSpan.FromMinutes(1));
        await _app.HealthWhenAsync(health => health.GetProperty("lag").GetInt64() == 0 && health.GetProperty("events").GetProperty("decoded").GetInt32() == sent && health.TryGetProperty("archive", out _));

        // Rather than by the app's timer, which might forecast half of it; and a week and two ago too, so that forecasts have moved.
        var account = StorageAccount.FromSettings(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build());
        foreach (var ago in (int[])[14, 7, 0])
        {
            var clock = new FakeTimeProvider(now.AddDays(-ago));
            await new ProjectForecaster(new LiveAggregates(account, slices, TimeProvider.System), new ForecastTable(account), new ForecastRetention(null), clock, NullLogger<ProjectForecaster>.Instance).RunAsync(default);
        }

        void Send(Event one)
        {
            producer.Produce(topic, new Message<string, byte[]> { Key = one.Project, Value = EventEncoder.Encode(one) });
            sent++;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private static Event Renamed(Event one) => one with
    {
        Project = one.Project + Hostile,
        Data = one.Data switch
        {
            ProjectCreated created => created with { Fields = Renamed(created.Fields) },
            ProjectUpdated updated => updated with { Fields = Renamed(updated.Fields) },
            var other => other,
        },
    };

    private static ProjectFields Renamed(ProjectFields fields) => fields.Team is { IsStated: true, Value: { } team } ? fields with { Team = team + Hostile } : fields;

    private static IEnumerable<Event> Alarming(DateTimeOffset now)
    {
        var due = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-2);
        foreach (var (project, ago) in ((string, TimeSpan)[])[(Stuck, TimeSpan.FromDays(5)), (Over, TimeSpan.FromDays(5)), (Young, TimeSpan.FromHours(1)), (Quoted, TimeSpan.FromDays(5))])
        {
            var began = now - ago;
            yield return Of("a", began, new ProjectCreated(new ProjectFields { Team = project == Quoted ? Quoted : "red" + Hostile, Status = InProgress, Due = project == Quoted ? default : due }));
            yield return Of("b", began, new TaskCreated("T-1", new TaskFields { Status = InProgress }));
            yield return Of("c", began.AddMinutes(1), new TaskBlocked("T-1", "waits"));
            if (project == Over) yield return Of("d", began.AddMinutes(2), new ProjectStatusChanged(new Status("Done", StatusCategory.Done)));

            Event Of(string id, DateTimeOffset at, EventData data) => new($"{project}-{id}", "https://tracker.example", EventTypes.Of(data), at, project, data);
        }
    }

    private static IEnumerable<Event> Swamped(DateTimeOffset now)
    {
        var (began, swamped) = (now.AddDays(-84), now.AddDays(-2));
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var milestone = new Milestone("1.0" + Hostile, MilestoneKind.Version, Start: null, today.AddDays(5));
        yield return Of(began, new ProjectCreated(new ProjectFields { Team = "red" + Hostile, Status = InProgress, Due = today.AddDays(7) }));
        for (var day = 0; day < 84; day += 2)
        {
            var at = began.AddDays(day);
            yield return Of(at, new TaskCreated($"T-{day}", new TaskFields { Status = new Status("To Do", StatusCategory.Todo) }));
            yield return Of(at.AddHours(1), new TaskStatusChanged($"T-{day}", InProgress));
            yield return Of(at.AddHours(30), new TaskStatusChanged($"T-{day}", new Status("Done", StatusCategory.Done)));
        }

        for (var task = 0; task < 60; task++)
            yield return Of(swamped, new TaskCreated($"M-{task}", new TaskFields { Status = new Status("To Do", StatusCategory.Todo), Milestone = milestone }));

        static Event Of(DateTimeOffset at, EventData data) => new($"swamped-{at.UtcTicks}-{EventTypes.Of(data)}-{(data as TaskCreated)?.Task}", "https://tracker.example", EventTypes.Of(data), at, Late, data);
    }
}
