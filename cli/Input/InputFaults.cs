using ShitOps.Cli.Output;

namespace ShitOps.Cli.Input;

/// <summary>Goes through files of which some may be damaged or unreadable.</summary>
internal static class InputFaults
{
    /// <summary>Hands over line after line. A file that cannot be read to its end is reported; what came before the fault counts.</summary>
    public static async Task ForEachLineAsync(this JsonLinesFile file, EventRun run, Func<InputLine, ValueTask> take, CancellationToken stopping)
    {
        var last = 0L;
        await using var lines = file.ReadAsync(stopping).GetAsyncEnumerator(stopping);
        while (await NextAsync())
        {
            last = lines.Current.Number;
            await take(lines.Current);
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await lines.MoveNextAsync();
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                run.Reject($"{file.Name}:{last + 1}", $"cannot be read further: {exception.Message}");
                return false;
            }
        }
    }
}
