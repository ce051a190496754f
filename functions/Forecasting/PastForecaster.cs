using ShitOps.Aggregation;

namespace ShitOps.Forecasting;

/// <summary>
/// Makes the forecasts of a project's past that were not made in their time, for one whose history was imported: by the same computation as
/// those of the timer, from what is retained of the time before each cutoff. Tasks are as they stood there; what has no past (milestones, due
/// days, people, teams) is as it is now. Other projects teach it nothing, since what they taught then is not known any more. Nothing of it is a
/// promise: it was given to nobody, and does not count in how often promises held.
/// </summary>
/// <param name="aggregates">What is forecast.</param>
/// <param name="forecasts">Where forecasts are kept.</param>
/// <param name="time">The clock.</param>
public sealed class PastForecaster(LiveAggregates aggregates, ForecastTable forecasts, TimeProvider time)
{
    /// <summary>The cutoffs of a span: the first one of the timer's that is not earlier than its beginning, then one after every step.</summary>
    /// <param name="from">Where the span begins, included.</param>
    /// <param name="to">Where it ends, included; later ones than the present are left out.</param>
    /// <param name="every">The step, a multiple of <see cref="ProjectForecaster.CutoffHours"/>.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<DateTimeOffset> Cutoffs(DateTimeOffset from, DateTimeOffset to, TimeSpan every, DateTimeOffset now)
    {
        var (first, last) = (ProjectForecaster.CutoffAt(from), to < now ? to : now);
        if (first < from) first = first.AddHours(ProjectForecaster.CutoffHours);
        List<DateTimeOffset> cutoffs = [];
        for (var cutoff = first; cutoff <= last; cutoff += every) cutoffs.Add(cutoff);
        return cutoffs;
    }

    /// <summary>Makes the forecasts of cutoffs that there are none of, the earliest first. What was made when it is stopped stays, and the next time goes on.</summary>
    /// <param name="project">The project.</param>
    /// <param name="cutoffs">The cutoffs in their order.</param>
    /// <param name="tell">Is told how many of them are done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were made; null: there is no such project. Of cutoffs before anything happened in it none is.</returns>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    /// <exception cref="InvalidDataException">A row cannot be read; the message says which.</exception>
    public async Task<int?> RunAsync(string project, IReadOnlyList<DateTimeOffset> cutoffs, Action<int> tell, CancellationToken cancellationToken)
    {
        var table = await aggregates.TableAsync(cancellationToken);
        if (await table.ProjectAsync(project, cancellationToken) is not { } found) return null;
        if (cutoffs.Count == 0) return 0;
        var consumed = await table.PartitionsAsync(table.SliceOf(project), cancellationToken);
        var history = await ProjectForecaster.HistoryAsync(table, found, cancellationToken);
        var there = new HashSet<DateTimeOffset>();
        await foreach (var cutoff in forecasts.CutoffsAsync(project, cutoffs[0], cutoffs[^1], cancellationToken)) there.Add(cutoff);

        var (made, done) = (0, 0);
        var announced = (await forecasts.LatestUpToAsync(project, cutoffs[0].AddTicks(-1), cancellationToken))?.Announced ?? Announcements.None;
        var begun = cutoffs.SkipWhile(cutoff => history.Began(cutoff) is null).ToList();
        done = cutoffs.Count - begun.Count;
        foreach (var few in begun.Chunk(Environment.ProcessorCount))
        {
            // Forecasts do not hang together, only their moves do.
            var missing = await Task.WhenAll(few.Where(cutoff => !there.Contains(cutoff)).Select(cutoff => Task.Run(() => ProjectForecaster.Forecast(history, found, cutoff, [], Announcements.None, time.GetUtcNow()), cancellationToken)));
            foreach (var cutoff in few)
            {
                if (there.Contains(cutoff))
                {
                    announced = (await forecasts.LatestUpToAsync(project, cutoff, cancellationToken))?.Announced ?? announced;
                }
                else
                {
                    var (forecast, input) = missing.Single(one => one.Input.Cutoff == cutoff);
                    forecast = ProjectForecaster.Moved(forecast, announced);
                    if (await forecasts.StorePastAsync(forecast, ProjectForecaster.SourceOf(input, consumed), cancellationToken)) made++;
                    announced = forecast.Announced;
                }

                tell(++done);
            }
        }

        return made;
    }
}
