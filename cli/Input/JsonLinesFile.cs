using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace ShitOps.Cli.Input;

/// <summary>A file of one JSON value a line, plain or gzip; <c>-</c> is standard input.</summary>
/// <param name="path">As the user gave it, and as messages name it.</param>
internal sealed class JsonLinesFile(string path)
{
    /// <summary>The path that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Bytes of a line. A longer one is no record of anything, and memory has to hold whatever is read.</summary>
    public const int LongestLine = 64 << 20;

    private long _position;

    public string Name { get; } = path == StandardInput ? "stdin" : path;

    /// <summary>Bytes of the file as it lies on the disk; null where that is not known.</summary>
    public long? Length { get; } = path == StandardInput ? null : new FileInfo(path).Length;

    /// <summary>How many of <see cref="Length"/> have been read.</summary>
    public long Position => Interlocked.Read(ref _position);

    /// <summary>The lines that are not blank, each in memory that is its own.</summary>
    /// <exception cref="NotGzipException">The name promises gzip, and the bytes are none.</exception>
    /// <exception cref="InvalidDataException">The compressed data are damaged or end too early.</exception>
    public async IAsyncEnumerable<InputLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
        var head = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));

        // A terminal or a pipe does not give up a read that waits for input, so the waiting is given up instead; below likewise.
        var start = await head.ReadAtLeastAsync(2, cancellationToken).AsTask().WaitAsync(cancellationToken);
        var isGzip = start.Buffer.Length >= 2 && start.Buffer.Slice(0, 2).ToArray() is [0x1f, 0x8b];
        if (!isGzip && !start.Buffer.IsEmpty && path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) throw new NotGzipException();
        head.AdvanceTo(start.Buffer.Start);

        var reader = isGzip
            ? PipeReader.Create(new GZipStream(head.AsStream(), CompressionMode.Decompress), new StreamPipeReaderOptions(bufferSize: 1 << 16))
            : head;
        var number = 0L;
        var searched = 0L;
        var isTooLong = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            if (file.CanSeek) Interlocked.Exchange(ref _position, file.Position);
            var rest = read.Buffer;
            while (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                if (Line(rest.Slice(0, end), ++number, isTooLong) is { } line) yield return line;
                rest = rest.Slice(rest.GetPosition(1, end));
                searched = 0;
                isTooLong = false;
            }

            if (read.IsCompleted)
            {
                if (Line(rest, ++number, isTooLong) is { } last) yield return last;
                break;
            }

            isTooLong |= rest.Length > LongestLine;
            if (isTooLong) rest = rest.Slice(rest.End);
            searched = rest.Length;
            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }

    private static InputLine? Line(ReadOnlySequence<byte> bytes, long number, bool isTooLong)
    {
        if (isTooLong || bytes.Length > LongestLine) return new InputLine(number, Json: null);
        var json = bytes.ToArray();
        var trimmed = json.AsSpan();
        if (number == 1 && trimmed.StartsWith("\uFEFF"u8)) trimmed = trimmed[3..];
        trimmed = trimmed.Trim(" \t\r"u8);
        if (trimmed.IsEmpty) return null;
        return new InputLine(number, trimmed.Length == json.Length ? json : trimmed.ToArray());
    }
}

/// <summary>A file whose name ends in <c>.gz</c> is not gzip.</summary>
internal sealed class NotGzipException : Exception;

/// <summary>One line of a file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Json">Without the line break and blanks around it; null: it is longer than <see cref="JsonLinesFile.LongestLine"/>.</param>
internal readonly record struct InputLine(long Number, byte[]? Json);
