using ShitOps.Events;
using ShitOps.Flow;

namespace ShitOps.Tests.Forecasting;

/// <summary>A simulated project whose truth is known: tasks arrive and are done by Poisson's law at rates that are given for each week.</summary>
internal static class World
{
    public static readonly DateTimeOffset Start = new(2020, 1, 6, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A project.</summary>
    /// <param name="seed">The same seed gives the same.</param>
    /// <param name="weeks">How many weeks it has.</param>
    /// <param name="doneIn">The expected number of tasks done in a week.</param>
    /// <param name="arrivingIn">The expected number of tasks that arrive in a week.</param>
    /// <param name="backlog">Tasks at the beginning.</param>
    public static ProjectHistory Project(int seed, int weeks, Func<int, double> doneIn, Func<int, double> arrivingIn, int backlog)
    {
        var random = new Random(seed);
        List<List<Transition>> tasks = [.. Enumerable.Range(0, backlog).Select(i => Arrive(Start.AddMinutes(i)))];
        var waiting = new Queue<List<Transition>>(tasks);
        for (var week = 0; week < weeks; week++)
        {
            var done = Poisson(random, doneIn(week));
            for (var i = 0; i < done && waiting.TryDequeue(out var task); i++) task.Add(new(At(week, (i + 0.5) / done), StatusCategory.Done, "Done"));
            for (var count = Poisson(random, arrivingIn(week)); count > 0; count--)
            {
                tasks.Add(Arrive(At(week, random.NextDouble())));
                waiting.Enqueue(tasks[^1]);
            }
        }

        return new ProjectHistory($"WORLD-{seed}", tasks.Select((task, i) => new TaskHistory($"T-{i}", task)));

        DateTimeOffset At(int week, double part) => Start.AddDays(7 * (week + part));

        static List<Transition> Arrive(DateTimeOffset time) => [new(time, StatusCategory.Todo, "To Do")];
    }

    private static int Poisson(Random random, double mean)
    {
        var (limit, product, count) = (Math.Exp(-mean), random.NextDouble(), 0);
        for (; product > limit; count++) product *= random.NextDouble();
        return count;
    }
}
