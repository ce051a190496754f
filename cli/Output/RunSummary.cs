using ShitOps.Cli.Import;
using ShitOps.Wording;

namespace ShitOps.Cli.Output;

/// <summary>What a run came to, for people to read.</summary>
internal static class RunSummary
{
    /// <summary>Events by type, projects and rate.</summary>
    public static void Write(TextWriter output, EventRun run)
    {
        output.WriteLine($"{Quantity.Of(run.Written, "event")} of {Quantity.Of(run.Projects, "project")} in {run.Elapsed.TotalSeconds:N1} s ({run.Rate:N0}/s)");
        WriteTable(output, [.. run.Types.Select(type => new[] { type.Key, $"{type.Value:N0}" })]);
    }

    /// <summary>The tasks of each project by what became of them, and all events that were sent of it.</summary>
    public static void Write(TextWriter output, ImportedProjects projects, EventRun run)
    {
        if (projects.All.Count == 0) return;
        WriteTable(
            output,
            [
                ["project", "tasks", "open", "done", "cancelled", "events"],
                .. projects.All.Select(one => new[] { one.Key, $"{one.Tasks:N0}", $"{one.Open:N0}", $"{one.Done:N0}", $"{one.Cancelled:N0}", $"{run.EventsOf(one.Key):N0}" }),
            ]);
    }

    /// <summary>The first column reads from the left, numbers align on the right.</summary>
    private static void WriteTable(TextWriter output, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0) return;
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(row => row[i].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine("  " + string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
    }
}
