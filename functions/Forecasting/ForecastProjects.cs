using Microsoft.Azure.Functions.Worker;
using ShitOps.Pipeline;

namespace ShitOps.Forecasting;

/// <summary>Forecasts the projects that have changed, every five minutes; with a cutoff that all of a quarter of a day share, so that it mostly finds nothing to do.</summary>
public sealed class ForecastProjects(ProjectForecaster forecaster, PipelineHealth health)
{
    /// <summary>With more records waiting a forecast would be one of half a history.</summary>
    private const long MostWaiting = 1000;

    [Function(nameof(ForecastProjects))]
    public async Task RunAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        // While Kafka or storage does not answer nobody knows how much waits.
        if (await health.MeasureAsync(cancellationToken) is not { IsHealthy: true, Lag: <= MostWaiting }) return;
        await forecaster.RunAsync(cancellationToken);
    }
}
