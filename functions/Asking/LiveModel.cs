using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ShitOps.Storage;
using ShitOps.Synthesis;
using ShitOps.Synthesis.Tensors;

namespace ShitOps.Asking;

/// <summary>
/// The network that reads questions: the version that was promoted last, or that the setting <c>QuestionModelVersion</c> names (0: the one that
/// comes with the software). A new one is seen within <see cref="Fresh"/>; one that cannot be read is not used, and the one before goes on.
/// </summary>
/// <param name="store">The versions.</param>
/// <param name="pinned">The version that the setting names; null: the one that was promoted last.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
public sealed class LiveModel(ModelStore store, int? pinned, TimeProvider time, ILogger<LiveModel> log)
{
    /// <summary>How long it is not looked for a new version.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _looking = new(1);
    private Used? _used;
    private long _looked;

    /// <summary>Reads the setting <c>QuestionModelVersion</c>.</summary>
    /// <exception cref="SettingException">It is no number from 0.</exception>
    public static int? PinnedFrom(IConfiguration settings)
    {
        if (settings["QuestionModelVersion"] is not { Length: > 0 } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new SettingException($"the setting QuestionModelVersion is \"{text}\"; expected the number of a version, or 0 for the one that comes with the software");
    }

    /// <summary>The version in use; 0: the one that comes with the software.</summary>
    public async ValueTask<int> VersionAsync(CancellationToken cancellationToken) => (await UsedAsync(cancellationToken)).Version;

    /// <summary>What reads questions now.</summary>
    public async ValueTask<Synthesizer> SynthesizerAsync(CancellationToken cancellationToken) => (await UsedAsync(cancellationToken)).Synthesizer;

    private async ValueTask<Used> UsedAsync(CancellationToken cancellationToken)
    {
        if (_used is { } used && time.GetElapsedTime(Interlocked.Read(ref _looked)) < Fresh) return used;
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (_used is not null && time.GetElapsedTime(Interlocked.Read(ref _looked)) < Fresh) return _used;
            Interlocked.Exchange(ref _looked, time.GetTimestamp());
            _used ??= new Used(0, QuestionModel.Shipped());
            var wanted = pinned ?? await PromotedAsync(cancellationToken);
            if (wanted != _used.Version) _used = await LoadAsync(wanted, _used, cancellationToken);
            return _used;
        }
        finally
        {
            _looking.Release();
        }
    }

    private async Task<int> PromotedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await store.CurrentAsync(cancellationToken))?.Version ?? 0;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            log.LogWarning(fault, "Whether there is a new version of the network that reads questions could not be found out");
            return _used!.Version;
        }
    }

    private async Task<Used> LoadAsync(int version, Used before, CancellationToken cancellationToken)
    {
        if (version == 0) return new Used(0, QuestionModel.Shipped());
        try
        {
            var model = QuestionModel.Read(await store.BytesAsync(version, cancellationToken));
            log.LogInformation("Questions are read by version {Version} of the network", version);
            return new Used(version, model);
        }
        catch (Exception fault) when (fault is Azure.RequestFailedException or ModelFormatException)
        {
            log.LogError(fault, "Version {Version} of the network that reads questions cannot be used; version {Before} goes on", version, before.Version);
            return before;
        }
    }

    private sealed record Used(int Version, QuestionModel Model)
    {
        public Synthesizer Synthesizer { get; } = new(Model);
    }
}
