using Microsoft.Azure.Functions.Worker;
using ShitOps.Observability;

namespace ShitOps.Pipeline;

/// <summary>Measures every minute how far the pipeline is, for whoever watches by metrics.</summary>
public sealed class MeasurePipeline(PipelineHealth health)
{
    [Function(nameof(MeasurePipeline))]
    public async Task RunAsync([TimerTrigger("45 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        PipelineInstruments.Report(await health.MeasureAsync(cancellationToken));
}
