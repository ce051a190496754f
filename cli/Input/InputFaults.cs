using ShitOps.Cli.Output;

namespace ShitOps.Cli.Input;

/// <summary>Goes through files of which some may be damaged or unreadable, or hold lines that are far too long.</summary>
internal static class InputFaults
{
    /// <summary>Hands over line after line: its place and its JSON. A file that cannot be read to its end is reported; what came before the fault counts.</summary>
    public static async Task ForEachLineAsync(this JsonLinesFile file, EventRun run, Func<Place, byte[], ValueTask> take, CancellationToken stopping)
    {
        var last = 0L;
        await using var lines = file.ReadAsync(stopping).GetAsyncEnumerator(stopping);
        while (await NextAsync())
        {
            last = lines.Current.Number;
            var place = new Place(file.Name, $"{last}");
            if (lines.Current.Json is { } json) await take(place, json);
            else run.Reject(place, $"longer than {JsonLinesFile.LongestLine:N0} bytes");
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                if (await lines.MoveNextAsync()) return true;
                if (last == 0) run.Note($"{file.Name}: holds nothing");
                return false;
            }
            catch (NotGzipException)
            {
                run.Reject(new Place(file.Name), "is not gzip");
                return false;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                var why = exception is InvalidDataException ? "the compressed data are damaged or end too early, so get the file once more" : exception.Message;
                run.Reject(new Place(file.Name, $"{last + 1}"), $"cannot be read further: {why}");
                return false;
            }
        }
    }
}
