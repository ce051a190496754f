using ShitOps.PromQL.Evaluation;

namespace ShitOps.Datasource;

/// <summary>Lets only so many queries in PromQL be evaluated at a time, whoever asks them, so that the limits of one bound what all evaluations hold.</summary>
public sealed class QueryTurns(QuerySettings settings)
{
    private readonly SemaphoreSlim _free = new(settings.Concurrency);

    /// <summary>What the one whose turn it is may take.</summary>
    public QueryOptions Options { get; } = new() { Limits = settings.Limits };

    /// <summary>Waits for a turn. Whoever has one at once has it even if cancelled: the evaluation tells of that.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before the turn came.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!_free.Wait(0, CancellationToken.None)) await _free.WaitAsync(cancellationToken);
    }

    /// <summary>Ends a turn.</summary>
    public void Release() => _free.Release();
}
