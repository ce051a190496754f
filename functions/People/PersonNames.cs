namespace ShitOps.People;

/// <summary>The names by person id, for readers that put them into their answers. Asked for anew after <see cref="Fresh"/>: so long an erased name may still show.</summary>
public sealed class PersonNames(PersonDirectory people, TimeProvider time) : IDisposable
{
    /// <summary>How long the names that were read serve.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _reading = new(1);
    private (long At, IReadOnlyDictionary<string, string> Names)? _last;

    /// <summary>The names of all who have not been erased.</summary>
    /// <exception cref="Azure.RequestFailedException">Storage is down or refuses.</exception>
    public async Task<IReadOnlyDictionary<string, string>> GetAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } recent && time.GetElapsedTime(recent.At) < Fresh) return recent.Names;
            var at = time.GetTimestamp();
            var names = await people.NamesAsync(cancellationToken);
            _last = (at, names);
            return names;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
