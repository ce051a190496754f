using System.Buffers.Binary;
using System.Text.Json;

namespace ShitOps.Synthesis.Tensors;

/// <summary>A model file is damaged, or of a version that is not known. The message says what was found and what was expected.</summary>
public sealed class ModelFormatException(string message) : FormatException(message);

/// <summary>
/// The safetensors format (https://huggingface.co/docs/safetensors): 8 bytes of length, a JSON header, and the numbers, little-endian. Numbers
/// are written in 16 bits (<c>F16</c>) and read in 16 or 32 (<c>F32</c>).
/// </summary>
public sealed class SafeTensors
{
    private const int GreatestHeader = 1 << 20;

    /// <param name="metadata">Texts about the model, by their names.</param>
    /// <param name="tensors">The matrices, by their names.</param>
    public SafeTensors(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, SafeTensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Texts about the model, by their names.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The matrices, by their names.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors { get; }

    /// <summary>The file's bytes; the same model gives the same bytes.</summary>
    public byte[] Write()
    {
        using var header = new MemoryStream();
        var ordered = Tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal).ToList();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (name, text) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(name, text);
            json.WriteEndObject();
            var offset = 0;
            foreach (var (name, tensor) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F16");
                json.WriteStartArray("shape");
                json.WriteNumberValue(tensor.Rows);
                json.WriteNumberValue(tensor.Columns);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += 2 * tensor.Values.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % 8 != 0) header.WriteByte((byte)' ');
        var file = new byte[8 + header.Length + ordered.Sum(tensor => 2L * tensor.Value.Values.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.GetBuffer().AsSpan(0, (int)header.Length).CopyTo(file.AsSpan(8));
        var at = 8 + (int)header.Length;
        foreach (var value in ordered.SelectMany(tensor => tensor.Value.Values))
        {
            BinaryPrimitives.WriteHalfLittleEndian(file.AsSpan(at), (Half)value);
            at += 2;
        }

        return file;
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="ModelFormatException">They are no such file, or a damaged one.</exception>
    public static SafeTensors Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8) throw new ModelFormatException($"The model has {file.Length} bytes; expected a safetensors file, which begins with 8 bytes of length.");
        var length = BinaryPrimitives.ReadInt64LittleEndian(file);
        if (length is < 2 or > GreatestHeader || length > file.Length - 8)
        {
            throw new ModelFormatException($"The model's header would have {length} bytes of {file.Length}; expected a safetensors file that is whole.");
        }

        var data = file[(8 + (int)length)..];
        try
        {
            using var header = JsonDocument.Parse(file.Slice(8, (int)length).ToArray());
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = new Dictionary<string, SafeTensor>(StringComparer.Ordinal);
            var end = 0L;
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                {
                    foreach (var text in entry.Value.EnumerateObject()) metadata[text.Name] = text.Value.GetString() ?? string.Empty;
                    continue;
                }

                tensors[entry.Name] = ReadTensor(entry, data, ref end);
            }

            if (end != data.Length) throw new ModelFormatException($"The model has {data.Length} bytes of numbers; expected {end}, as its header says.");
            return new SafeTensors(metadata, tensors);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException or KeyNotFoundException or FormatException and not ModelFormatException)
        {
            throw new ModelFormatException($"The model's header is damaged ({damage.Message}); expected the JSON of a safetensors file.");
        }
    }

    private static SafeTensor ReadTensor(JsonProperty entry, ReadOnlySpan<byte> data, ref long end)
    {
        var type = entry.Value.GetProperty("dtype").GetString();
        var size = type switch { "F16" => 2, "F32" => 4, _ => throw new ModelFormatException($"{entry.Name} is of {type}; expected F16 or F32.") };
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToList();
        var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToList();
        var (rows, columns) = shape.Count switch { 1 => (1L, shape[0]), 2 => (shape[0], shape[1]), _ => (-1L, -1L) };
        if (offsets.Count != 2 || offsets[0] < 0 || offsets[1] > data.Length || rows is < 1 or > int.MaxValue || columns is < 1 or > int.MaxValue
            || (Int128)rows * columns * size != offsets[1] - offsets[0])
        {
            throw new ModelFormatException($"{entry.Name} does not fit into the file; expected a shape of one or two sides and the bytes for it.");
        }

        var bytes = data[(int)offsets[0]..(int)offsets[1]];
        var values = new float[bytes.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = size == 2 ? (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]) : BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
            if (!float.IsFinite(values[i])) throw new ModelFormatException($"{entry.Name} holds a number that is not finite; expected a whole model.");
        }

        end = Math.Max(end, offsets[1]);
        return new SafeTensor((int)rows, (int)columns, values);
    }
}

/// <summary>A matrix of a model file, row after row.</summary>
/// <param name="Rows">How many rows; a vector has one.</param>
/// <param name="Columns">How many columns.</param>
/// <param name="Values">The values.</param>
public sealed record SafeTensor(int Rows, int Columns, float[] Values);
