using System.Globalization;
using ShitOps.Events;

namespace ShitOps.Local.Simulator;

/// <summary>
/// An engineering organisation that exists only in its trackers: an endless sequence of events in the order in which they are sent,
/// with the troubles of real ones. Pure: the same seed, size and start give the same events with the same ids. It can run for years;
/// projects end and others begin, and it keeps nothing of those that have ended. Not safe for concurrent use.
/// </summary>
public sealed class Organisation
{
    /// <summary>About how many people a team has.</summary>
    public const int PeoplePerTeam = 10;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string _idPrefix;
    private readonly int _seed;
    private readonly List<Team> _teams;
    private readonly List<Person> _people;
    private readonly Outbox _outbox;
    private readonly Portfolio _portfolio;
    private readonly Backlogs _backlogs;
    private readonly Delivery _delivery;
    private DateTimeOffset _hour;

    /// <summary>An organisation with no past.</summary>
    /// <param name="seed">Which one of all that are possible.</param>
    /// <param name="teams">How many teams of about ten people; 1 to 1,000.</param>
    /// <param name="start">When it begins; cut down to the hour.</param>
    public Organisation(int seed, int teams, DateTimeOffset start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(teams, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(teams, 1000);
        _seed = seed;
        _hour = new DateTimeOffset(start.UtcTicks - (start.UtcTicks % Hour.Ticks), TimeSpan.Zero);
        _idPrefix = string.Create(CultureInfo.InvariantCulture, $"sim-{seed}-{teams}-{_hour:yyyyMMddHH}");

        var dice = new Dice(seed);
        _outbox = new Outbox(_idPrefix, dice);
        var trackers = new Trackers(_outbox, dice);
        _portfolio = new Portfolio(trackers, dice);
        _backlogs = new Backlogs(trackers, dice);
        _delivery = new Delivery(trackers, dice);
        _teams = [.. Enumerable.Range(0, teams).Select(index => Found(index, dice))];
        _people = [.. _teams.SelectMany(team => team.People)];
    }

    /// <summary>The next event to be sent; never before the last one.</summary>
    public Sending Next()
    {
        Sending sending;
        while (!_outbox.TryTake(_hour, out sending))
        {
            foreach (var team in _teams)
                if (team.Hours.Include(_hour)) Live(team);
            _hour += Hour;
        }

        return sending;
    }

    /// <summary>
    /// A progress report on some task in work, as build servers and time trackers send them at all hours: hours spent and remaining, or
    /// labels. It changes nothing in the organisation, and depends on nothing but the instant and what has happened.
    /// </summary>
    /// <param name="instant">Between the last event taken from <see cref="Next"/> and the one after it.</param>
    /// <returns>Null if nothing is in work.</returns>
    public Event? ReportAt(DateTimeOffset instant)
    {
        var random = new Random(unchecked((int)((instant.UtcTicks * 6364136223846793005) >> 32) ^ _seed));
        var first = random.Next(_people.Count);
        for (var i = 0; i < _people.Count; i++)
        {
            var work = _people[(first + i) % _people.Count].Begun.Find(work => work.BlockedUntil is null && work.Begun <= instant);
            if (work is null) continue;
            EventData data = random.Next(10) == 0 ? BuildResult(work, random) : Progress(work, instant, random);
            return new Event($"{_idPrefix}-report-{instant.UtcTicks:D19}", "https://ci.example.com", EventTypes.Of(data), instant, work.Project.Id, data);
        }

        return null;
    }

    private static TaskUpdated BuildResult(Work work, Random random) =>
        new(work.Key, new TaskFields { Labels = new(true, [.. work.Labels, random.Next(4) == 0 ? "build-failing" : "build-passing"]) });

    private static TaskEstimated Progress(Work work, DateTimeOffset instant, Random random)
    {
        var spent = work.SpentBy(instant);
        var remaining = Math.Max(0.25, (work.Estimate ?? work.Effort) - spent) * (0.95 + (random.NextDouble() * 0.1));
        return new TaskEstimated(work.Key, default, Math.Round(remaining, 2), Math.Round(spent, 2));
    }

    private void Live(Team team)
    {
        if (team.Hours.BeginDay(_hour))
        {
            _portfolio.Plan(team, _people, _hour);
            _backlogs.Refine(team, _hour);
        }

        _backlogs.Grow(team, _hour);
        _delivery.Work(team, _hour);
    }

    private Team Found(int index, Dice dice)
    {
        var generation = index / Names.Teams.Count;
        return new Team
        {
            Name = Names.Teams[index % Names.Teams.Count] + (generation == 0 ? "" : $"-{generation + 1}"),
            Workflow = Workflow.All[index % Workflow.All.Count],
            Hours = new WorkingHours(Names.Places[index % Names.Places.Count]),
            SprintWeeks = dice.Pick<int>([0, 1, 2, 2]),
            ReviewsPerHour = index % 5 == 2 ? 0.05 : 0.25,
            UsualProjects = dice.Between(3, 4),
            People = [.. Enumerable.Range(index * PeoplePerTeam, PeoplePerTeam).Select(number => new Person(NameOf(number), dice.Chance(0.2)))],
            NextBegin = DateOnly.FromDateTime(_hour.UtcDateTime),
        };
    }

    /// <summary>A full name for each number: all pairs of given and family name first, then with an initial between them.</summary>
    private static string NameOf(int number)
    {
        var pairs = Names.Given.Count * Names.Family.Count;
        var (round, pair) = Math.DivRem(number, pairs);
        var given = Names.Given[pair % Names.Given.Count];
        var family = Names.Family[(pair + (pair / Names.Given.Count * 7)) % Names.Family.Count];
        return round == 0 ? $"{given} {family}" : $"{given} {(char)('A' + ((round - 1) % 26))}. {family}";
    }
}
