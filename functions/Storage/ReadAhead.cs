using System.Runtime.CompilerServices;

namespace ShitOps.Storage;

/// <summary>
/// Reads many small ranges one behind the other, in order, and asks for the next ones while one is taken, so that a listing does not wait
/// for each in turn. It begins with one range and doubles with each that is taken to its end: who stops within the first has asked for no other.
/// </summary>
internal static class ReadAhead
{
    /// <summary>How many ranges are asked for at once. Of each no more than its first page is held.</summary>
    public const int Most = 8;

    /// <summary>What the ranges hold, range by range.</summary>
    /// <param name="sources">What the ranges are of.</param>
    /// <param name="rangeOf">The range of one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<T> OfAsync<TSource, T>(
        IAsyncEnumerable<TSource> sources, Func<TSource, CancellationToken, IAsyncEnumerable<T>> rangeOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var source = sources.GetAsyncEnumerator(stopping.Token);
        var ahead = new Queue<Range<T>>();
        try
        {
            var isMore = true;
            for (var most = 1; ; most = Math.Min(2 * most, Most))
            {
                while (isMore && ahead.Count < most)
                    if (isMore = await source.MoveNextAsync()) ahead.Enqueue(new Range<T>(rangeOf(source.Current, stopping.Token), stopping.Token));
                if (!ahead.TryPeek(out var range)) yield break;
                while (await range.MoveNextAsync()) yield return range.Current;
                await ahead.Dequeue().DisposeAsync();
            }
        }
        finally
        {
            await stopping.CancelAsync();
            foreach (var range in ahead) await range.DisposeAsync();
        }
    }

    /// <summary>The same values; while one is taken, the next one is made.</summary>
    public static async IAsyncEnumerable<T> NextAsync<T>(IAsyncEnumerable<T> values)
    {
        await using var value = values.GetAsyncEnumerator();
        var next = Next();
        try
        {
            while (await next)
            {
                var current = value.Current;
                next = Next();
                yield return current;
            }
        }
        finally
        {
            // An enumerator may not be disposed of while it moves; how that ends matters no more.
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        Task<bool> Next() => Task.Run(() => value.MoveNextAsync().AsTask());
    }

    /// <summary>A range whose first page is asked for at once.</summary>
    private sealed class Range<T> : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<T> _values;
        private Task<bool>? _first;

        public Range(IAsyncEnumerable<T> values, CancellationToken cancellationToken)
        {
            _values = values.GetAsyncEnumerator(cancellationToken);
            _first = _values.MoveNextAsync().AsTask();
        }

        public T Current => _values.Current;

        public async ValueTask<bool> MoveNextAsync()
        {
            if (_first is not { } first) return await _values.MoveNextAsync();
            _first = null;
            return await first;
        }

        public async ValueTask DisposeAsync()
        {
            // An enumerator may not be disposed of while it moves; how that ends matters no more.
            if (_first is not null) await _first.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await _values.DisposeAsync();
        }
    }
}
