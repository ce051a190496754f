using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Log;

/// <summary>
/// What one partition remembers of its idempotent producers: epoch and last batches of each. Nothing is stored for it: every batch
/// carries its producer's numbers, so recovery finds this in the log.
/// </summary>
internal sealed class ProducerStates
{
    /// <summary>A producer keeps at most five requests in flight, so a retry is one of its last five batches.</summary>
    private const int BatchesRemembered = 5;

    /// <summary>Beyond this the producer longest silent is forgotten.</summary>
    private const int MaxProducers = 10_000;

    private readonly Dictionary<long, Producer> _producers = [];

    /// <summary>
    /// Set when batches were deleted from the log or producers forgotten: an unknown producer may then be one in mid-sequence.
    /// Otherwise an unknown producer must begin at zero.
    /// </summary>
    public bool Forgetful { get; set; }

    /// <summary>
    /// Whether a batch may be appended. A batch that is already in the log gives no error but the offset it has there.
    /// </summary>
    public ErrorCode Check(RecordBatch batch, out long? duplicateOf)
    {
        duplicateOf = null;
        if (batch.ProducerId < 0) return ErrorCode.None;
        if (!_producers.TryGetValue(batch.ProducerId, out var producer))
            return batch.BaseSequence == 0 || Forgetful ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        if (batch.ProducerEpoch < producer.Epoch) return ErrorCode.InvalidProducerEpoch;
        if (batch.ProducerEpoch > producer.Epoch) return batch.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        foreach (var known in producer.Batches)
        {
            if (known.BaseSequence != batch.BaseSequence || known.LastSequence != batch.LastSequence) continue;
            duplicateOf = known.BaseOffset;
            return ErrorCode.None;
        }
        var last = producer.Batches[^1].LastSequence;
        // Sequence numbers go round: 2^31-1 is followed by 0.
        var ahead = (batch.BaseSequence - (long)last - 1) & int.MaxValue;
        if (ahead == 0) return ErrorCode.None;
        // Behind what is remembered: stored once, but where is no longer known. Ahead: batches between are missing.
        return ahead > int.MaxValue / 2 ? ErrorCode.DuplicateSequenceNumber : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Takes note of a batch that is in the log.</summary>
    public void Appended(RecordBatch batch)
    {
        if (batch.ProducerId < 0) return;
        if (!_producers.TryGetValue(batch.ProducerId, out var producer) || producer.Epoch != batch.ProducerEpoch)
            _producers[batch.ProducerId] = producer = new Producer(batch.ProducerEpoch);
        if (producer.Batches.Count == BatchesRemembered) producer.Batches.RemoveAt(0);
        producer.Batches.Add(new Sequence(batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        if (_producers.Count > MaxProducers) Forget();
    }

    private void Forget()
    {
        // A tenth at once, so that the search is rare.
        foreach (var (id, _) in _producers.OrderBy(each => each.Value.Batches[^1].BaseOffset).Take(MaxProducers / 10).ToList()) _producers.Remove(id);
        Forgetful = true;
    }

    private sealed record Producer(short Epoch)
    {
        public List<Sequence> Batches { get; } = new(BatchesRemembered);
    }

    private readonly record struct Sequence(int BaseSequence, int LastSequence, long BaseOffset);
}
