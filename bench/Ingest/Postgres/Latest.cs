using ShitOps.Projects;

namespace ShitOps.Bench.Ingest.Postgres;

/// <summary>Of one field the statement with the greatest (time, id).</summary>
internal struct Latest<T>
{
    public Stamp Stamp { get; private set; }

    public T? Value { get; private set; }

    public readonly bool IsStated => Stamp.Id is not null;

    public void Offer(in Stamp stamp, T? value)
    {
        if (IsStated && stamp <= Stamp) return;
        (Stamp, Value) = (stamp, value);
    }
}
