using ShitOps.Events;
using ShitOps.Local.Simulator;

namespace ShitOps.Tests.Simulator;

public class OrganisationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Three years of one organisation, lived through once for all tests that look at it.</summary>
    private static readonly Lazy<History> ThreeYears = new(() => new History(Take(seed: 7, days: 1095)));

    [Fact]
    public void The_same_seed_size_and_start_give_the_same_bytes()
    {
        var (one, other) = (Take(seed: 3, days: 40), Take(seed: 3, days: 40));
        Assert.Equal(one.Select(sending => sending.At), other.Select(sending => sending.At));
        Assert.Equal(one.Select(Bytes), other.Select(Bytes));
    }

    [Fact]
    public void Another_seed_size_or_start_gives_other_events_under_other_ids()
    {
        var ids = Ids(new Organisation(3, 12, Start));
        Assert.Empty(ids.Intersect(Ids(new Organisation(4, 12, Start))));
        Assert.Empty(ids.Intersect(Ids(new Organisation(3, 11, Start))));
        Assert.Empty(ids.Intersect(Ids(new Organisation(3, 12, Start.AddHours(1)))));

        static HashSet<string> Ids(Organisation organisation) => [.. Enumerable.Range(0, 1000).Select(_ => organisation.Next().Event.Id)];
    }

    [Fact]
    public void Every_event_decodes_to_itself()
    {
        var decoder = new EventDecoder();
        foreach (var sending in Take(seed: 5, days: 60))
        {
            var json = EventEncoder.Encode(sending.Event);
            var result = decoder.DecodeStructured(json);
            Assert.True(result.IsDecoded, result.Error?.ToString());
            Assert.Equal(json, EventEncoder.Encode(result.Event));
        }
    }

    [Fact]
    public void Every_type_of_the_contract_occurs() =>
        Assert.Equal(EventTypes.All.Order(), ThreeYears.Value.Sendings.Select(sending => sending.Event.Type).Distinct().Order());

    [Fact]
    public void Events_are_sent_in_order_and_never_before_they_happen()
    {
        var last = Start;
        foreach (var sending in ThreeYears.Value.Sendings)
        {
            Assert.True(sending.At >= last);
            Assert.True(sending.Event.Time <= sending.At);
            Assert.True(sending.Event.Time >= Start);
            last = sending.At;
        }
    }

    [Fact]
    public void Some_events_come_twice_and_some_come_late()
    {
        var sendings = ThreeYears.Value.Sendings;
        var distinct = sendings.DistinctBy(sending => sending.Event.Id).Count();
        Assert.InRange(1 - ((double)distinct / sendings.Count), 0.002, 0.01);
        Assert.InRange(sendings.Count(sending => sending.At - sending.Event.Time > TimeSpan.FromMinutes(5)) / (double)sendings.Count, 0.005, 0.03);
        Assert.All(sendings.GroupBy(sending => sending.Event.Id), repeated => Assert.Single(repeated.Select(sending => sending.Event).Distinct()));
    }

    [Fact]
    public void A_task_is_created_before_anything_else_happens_to_it_and_nothing_happens_to_it_at_once()
    {
        foreach (var task in ThreeYears.Value.Tasks.Values)
        {
            Assert.IsType<TaskCreated>(task[0].Data);
            Assert.Equal(task.Count, task.Select(told => told.Time).Distinct().Count());
            Assert.Equal(task.Select(told => told.Id), task.Select(told => told.Id).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void A_task_takes_a_sensible_way()
    {
        (StatusCategory From, StatusCategory To)[] sensible =
        [
            (StatusCategory.Todo, StatusCategory.InProgress), (StatusCategory.Todo, StatusCategory.Cancelled),
            (StatusCategory.InProgress, StatusCategory.InProgress), (StatusCategory.InProgress, StatusCategory.Blocked),
            (StatusCategory.InProgress, StatusCategory.Done), (StatusCategory.InProgress, StatusCategory.Cancelled),
            (StatusCategory.Blocked, StatusCategory.InProgress), (StatusCategory.Blocked, StatusCategory.Cancelled), (StatusCategory.Done, StatusCategory.Todo),
        ];
        foreach (var task in ThreeYears.Value.Tasks.Values)
        {
            var categories = task.Select(History.CategoryOf).OfType<StatusCategory>().ToList();
            Assert.Equal(StatusCategory.Todo, categories[0]);
            Assert.All(categories.Zip(categories.Skip(1)), step => Assert.Contains(step, sensible));
            if (task.Any(told => told.Data is TaskDeleted)) Assert.IsType<TaskDeleted>(task[^1].Data);

            var blocked = false;
            foreach (var told in task)
            {
                if (told.Data is TaskBlocked) Assert.False(blocked);
                if (told.Data is TaskUnblocked) Assert.True(blocked);
                blocked = told.Data switch { TaskBlocked => true, TaskUnblocked => false, _ => blocked };
            }
        }
    }

    [Fact]
    public void There_is_as_much_trouble_as_in_real_organisations()
    {
        var tasks = ThreeYears.Value.Tasks.Values;
        Assert.InRange(Share(task => task.Any(told => told.Data is TaskBlocked)), 0.03, 0.12);
        Assert.InRange(Share(task => History.WasReopened(task)), 0.02, 0.08);
        Assert.InRange(Share(task => History.CategoryOf(task[^1]) == StatusCategory.Cancelled), 0.01, 0.08);
        Assert.InRange(Share(task => task[^1].Data is TaskDeleted), 0.005, 0.02);

        var projects = ThreeYears.Value.Projects.Values;
        Assert.InRange(projects.Count(project => project.Any(told => told.Data is ProjectUpdated { Fields.Due.IsStated: true })) / (double)projects.Count, 0.2, 0.8);
        Assert.InRange(projects.Count(project => project.Any(told => told.Data is ProjectStatusChanged { Status.Category: StatusCategory.Cancelled })), 3, 60);
        Assert.InRange(projects.Count(project => project.Any(told => told.Data is ProjectStatusChanged { Status.Category: StatusCategory.Blocked })), 10, 150);

        double Share(Func<List<Event>, bool> trait) => tasks.Count(trait) / (double)tasks.Count;
    }

    [Fact]
    public void Some_running_projects_fall_quiet_for_weeks()
    {
        var gaps = ThreeYears.Value.Sendings.Select(sending => sending.Event).GroupBy(told => told.Project)
            .Select(project => project.Select(told => told.Time).Order().ToList())
            .Select(times => times.Zip(times.Skip(1), (one, next) => next - one).DefaultIfEmpty().Max())
            .ToList();
        Assert.InRange(gaps.Count(gap => gap > TimeSpan.FromDays(20)) / (double)gaps.Count, 0.03, 0.3);
    }

    [Fact]
    public void Some_people_are_promised_for_more_than_a_week_has_hours_but_most_are_not()
    {
        var hours = new Dictionary<(string Project, string Allocation), (string Person, double Hours)>();
        var (overloaded, people) = (0, 0);
        var nextLook = Start.AddDays(100);
        foreach (var told in ThreeYears.Value.InOrder)
        {
            if (told.Data is ResourceAllocated allocated) hours[(told.Project, allocated.Allocation)] = (allocated.Resource, allocated.HoursPerWeek);
            if (told.Data is ResourceReleased released) hours.Remove((told.Project, released.Allocation));
            if (told.Time < nextLook) continue;
            nextLook = nextLook.AddDays(30);
            var weeks = hours.Values.GroupBy(promise => promise.Person).Select(person => person.Sum(promise => promise.Hours)).ToList();
            people += weeks.Count;
            overloaded += weeks.Count(week => week > 40);
        }

        Assert.InRange(overloaded / (double)people, 0.04, 0.25);
    }

    [Fact]
    public void People_work_on_weekdays()
    {
        // Teams sit between eight hours behind and ten hours ahead of UTC, so that a weekend is Saturday and Sunday in UTC, give or take.
        var saturdays = ThreeYears.Value.InOrder.Count(told => told.Time.DayOfWeek == DayOfWeek.Saturday && told.Time.Hour is > 2 and < 20);
        var tuesdays = ThreeYears.Value.InOrder.Count(told => told.Time.DayOfWeek == DayOfWeek.Tuesday);
        Assert.True(saturdays == 0, $"{saturdays} on Saturdays");
        Assert.InRange(tuesdays, ThreeYears.Value.InOrder.Count / 6, ThreeYears.Value.InOrder.Count / 4);
    }

    [Fact]
    public void Throughput_is_stable_and_open_work_does_not_grow()
    {
        var history = ThreeYears.Value;
        var quarters = new int[12];
        foreach (var told in history.InOrder)
            if (told.Data is TaskStatusChanged { Status.Category: StatusCategory.Done }) quarters[Math.Min(11, (int)((told.Time - Start).TotalDays / 91.3))]++;
        var usual = quarters.Average();
        Assert.All(quarters, quarter => Assert.InRange(quarter, usual * 0.75, usual * 1.25));

        var afterOneYear = history.OpenTasksAt(Start.AddDays(365));
        var afterThree = history.OpenTasksAt(Start.AddDays(1094));
        Assert.InRange(afterThree, 500, 4_000);
        Assert.InRange(afterThree, afterOneYear / 2, afterOneYear * 2);
    }

    [Fact]
    public void Each_team_finishes_about_as_much_in_one_year_as_in_the_next()
    {
        var history = ThreeYears.Value;
        var teamOf = history.InOrder.Where(told => told.Data is ProjectCreated).ToDictionary(told => told.Project, told => ((ProjectCreated)told.Data!).Fields.Team.Value!);
        var years = history.InOrder
            .Where(told => told.Data is TaskStatusChanged { Status.Category: StatusCategory.Done })
            .GroupBy(told => teamOf[told.Project])
            .Select(team => Enumerable.Range(0, 3).Select(year => team.Count(told => (int)((told.Time - Start).TotalDays / 365) == year)).ToArray())
            .ToList();
        Assert.Equal(12, years.Count);
        Assert.All(years, team => Assert.InRange(team.Min(), team.Max() * 0.7, team.Max()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Smaller_and_larger_organisations_live_as_well(int teams)
    {
        var organisation = new Organisation(1, teams, Start);
        var done = 0;
        while (organisation.Next() is var sending && sending.At < Start.AddDays(90))
            if (sending.Event.Data is TaskStatusChanged { Status.Category: StatusCategory.Done }) done++;
        Assert.InRange(done, teams * 150, teams * 900);
    }

    [Fact]
    public void Reports_are_about_tasks_in_work_and_depend_on_nothing_but_the_instant()
    {
        var instant = Start.AddDays(45).AddHours(3.5);
        var (one, other) = (new Organisation(1, 12, Start), new Organisation(1, 12, Start));
        var begun = new HashSet<(string, string)>();
        while (one.Next() is var sending && sending.At < instant)
            if (sending.Event.Data is TaskStatusChanged { Status.Category: StatusCategory.InProgress } changed) begun.Add((sending.Event.Project, changed.Task));
        while (other.Next().At < instant) { }
        one.ReportAt(instant.AddSeconds(-1));

        for (var second = 0; second < 500; second++)
        {
            var report = one.ReportAt(instant.AddSeconds(second))!;
            Assert.Equal(EventEncoder.Encode(report), EventEncoder.Encode(other.ReportAt(instant.AddSeconds(second))!));
            Assert.Equal(instant.AddSeconds(second), report.Time);
            Assert.True(new EventDecoder().DecodeStructured(EventEncoder.Encode(report)).IsDecoded);
            Assert.Contains((report.Project, report.Data switch { TaskEstimated estimated => estimated.Task, TaskUpdated updated => updated.Task, _ => "" }), begun);
        }
    }

    [Fact]
    public void An_organisation_that_has_not_begun_anything_has_nothing_to_report() => Assert.Null(new Organisation(1, 12, Start).ReportAt(Start));

    private static List<Sending> Take(int seed, int days)
    {
        var organisation = new Organisation(seed, 12, Start);
        var sendings = new List<Sending>();
        while (organisation.Next() is var sending && sending.At < Start.AddDays(days)) sendings.Add(sending);
        return sendings;
    }

    private static string Bytes(Sending sending) => Convert.ToHexString(EventEncoder.Encode(sending.Event));

    /// <summary>What an organisation sent, and the same by what it is about, each event once and in the order in which it happened.</summary>
    private sealed class History
    {
        public History(List<Sending> sendings)
        {
            Sendings = sendings;
            InOrder = [.. sendings.Select(sending => sending.Event).DistinctBy(told => told.Id).OrderBy(told => told.Time).ThenBy(told => told.Id, StringComparer.Ordinal)];
            foreach (var told in InOrder)
            {
                var about = TaskOf(told) is { } task ? Of(Tasks, (told.Project, task)) : Of(Projects, told.Project);
                about.Add(told);
            }
        }

        public List<Sending> Sendings { get; }

        public List<Event> InOrder { get; }

        public Dictionary<(string Project, string Task), List<Event>> Tasks { get; } = [];

        public Dictionary<string, List<Event>> Projects { get; } = [];

        public static StatusCategory? CategoryOf(Event told) => told.Data switch
        {
            TaskCreated created => created.Fields.Status?.Category,
            TaskStatusChanged changed => changed.Status.Category,
            _ => null,
        };

        public static bool WasReopened(List<Event> task)
        {
            var categories = task.Select(CategoryOf).OfType<StatusCategory>().ToList();
            return categories.Zip(categories.Skip(1)).Any(step => step is (StatusCategory.Done, StatusCategory.Todo));
        }

        public int OpenTasksAt(DateTimeOffset time) => Tasks.Values.Count(task =>
        {
            var told = task.TakeWhile(one => one.Time < time).ToList();
            return told.Count > 0
                && told[^1].Data is not TaskDeleted
                && told.Select(CategoryOf).OfType<StatusCategory>().Last() is not (StatusCategory.Done or StatusCategory.Cancelled);
        });

        private static string? TaskOf(Event told) => told.Data switch
        {
            TaskCreated data => data.Task,
            TaskUpdated data => data.Task,
            TaskStatusChanged data => data.Task,
            TaskAssigned data => data.Task,
            TaskEstimated data => data.Task,
            TaskBlocked data => data.Task,
            TaskUnblocked data => data.Task,
            TaskDeleted data => data.Task,
            _ => null,
        };

        private static List<Event> Of<T>(Dictionary<T, List<Event>> all, T key)
            where T : notnull => all.TryGetValue(key, out var told) ? told : all[key] = [];
    }
}
