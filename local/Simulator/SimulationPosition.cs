using System.Text.Json;

namespace ShitOps.Local.Simulator;

/// <summary>How far a simulation has come: enough to go on where it was, since the organisation can be lived through again from its start.</summary>
/// <param name="Seed">The organisation's seed.</param>
/// <param name="Teams">The organisation's size.</param>
/// <param name="Start">When the organisation began.</param>
/// <param name="Reached">When the last event that Kafka has taken was sent.</param>
/// <param name="Events">How many events Kafka has taken, progress reports not counted.</param>
internal sealed record SimulationPosition(int Seed, int Teams, DateTimeOffset Start, DateTimeOffset Reached, long Events)
{
    /// <summary>Reads it back; null if there is none yet.</summary>
    /// <exception cref="InvalidDataException">The file is no position.</exception>
    public static SimulationPosition? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<SimulationPosition>(File.ReadAllBytes(path), JsonSerializerOptions.Web) ?? throw new JsonException("null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not the position of a simulation: {exception.Message}", exception);
        }
    }

    /// <summary>Replaces the file as a whole, so that a crash leaves the old position or the new one.</summary>
    public void Save(string path)
    {
        var next = path + ".next";
        using (var file = File.Create(next))
        {
            JsonSerializer.Serialize(file, this, JsonSerializerOptions.Web);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
