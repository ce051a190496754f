using ShitOps.Synthesis;

namespace ShitOps.Asking;

/// <summary>The network that reads questions.</summary>
public sealed class LiveModel
{
    private readonly Lazy<Synthesizer> _shipped = new(() => new Synthesizer(QuestionModel.Shipped()));

    /// <summary>What reads questions now.</summary>
    public ValueTask<Synthesizer> SynthesizerAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_shipped.Value);
}
