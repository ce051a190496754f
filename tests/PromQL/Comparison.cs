using System.Globalization;
using System.Text.Json;
using ShitOps.PromQL;
using ShitOps.PromQL.Evaluation;

namespace ShitOps.Tests.PromQL;

/// <summary>Asks Prometheus and our engine the same, and tells how the answers differ.</summary>
internal static class Comparison
{
    private const double Tolerance = 1e-9;

    // Of values up to some thousands, (4·10³ · 2⁻⁵²)².
    private const double SquareOfABit = 1e-24;

    /// <summary>The difference of the answers at an instant; null if there is none.</summary>
    public static async Task<string?> InstantAsync(PrometheusFixture fixture, string query, long timeMs)
    {
        var theirs = await fixture.AskAsync("query", ("query", query), ("time", Seconds(timeMs)));
        return await DifferenceAsync(theirs, async () => await fixture.Engine.InstantAsync(query, timeMs, CancellationToken.None), IsOrdered(query)) is { } difference
            ? $"{query}\n  at {timeMs}: {difference}"
            : null;
    }

    /// <summary>The difference of the answers over a span; null if there is none.</summary>
    public static async Task<string?> RangeAsync(PrometheusFixture fixture, string query, long startMs, long endMs, long stepMs)
    {
        var theirs = await fixture.AskAsync("query_range", ("query", query), ("start", Seconds(startMs)), ("end", Seconds(endMs)), ("step", Seconds(stepMs)));
        return await DifferenceAsync(theirs, async () => await fixture.Engine.RangeAsync(query, startMs, endMs, stepMs, CancellationToken.None), isOrdered: false) is { } difference
            ? $"{query}\n  from {startMs} to {endMs} by {stepMs}: {difference}"
            : null;
    }

    private static bool IsOrdered(string query) => query.StartsWith("sort", StringComparison.Ordinal) || query.StartsWith("topk(", StringComparison.Ordinal) || query.StartsWith("bottomk(", StringComparison.Ordinal);

    private static string Seconds(long ms) => (ms / 1000m).ToString(CultureInfo.InvariantCulture);

    private static async Task<string?> DifferenceAsync(JsonElement theirs, Func<Task<QueryResult>> ask, bool isOrdered)
    {
        QueryResult ours;
        var succeeded = theirs.GetProperty("status").GetString() == "success";
        try
        {
            ours = await ask();
        }
        catch (QueryException error)
        {
            if (succeeded) return $"we fail ({error.Message}), they answer {Shown(theirs)}";
            var kind = error.Kind == QueryErrorKind.BadData ? "bad_data" : "execution";
            return kind == theirs.GetProperty("errorType").GetString() ? null : $"we fail with {error.Kind} ({error.Message}), they with {theirs}";
        }

        if (!succeeded) return $"they fail ({theirs.GetProperty("error")}), we answer {Described(ours)}";
        var data = theirs.GetProperty("data");
        return Compare(Flat(ours), Flat(data), isOrdered);
    }

    private static string? Compare((string Type, List<(string Series, List<(long Time, double Value)> Samples)> Series) ours, (string Type, List<(string Series, List<(long Time, double Value)> Samples)> Series) theirs, bool isOrdered)
    {
        if (ours.Type != theirs.Type) return $"we answer a {ours.Type}, they a {theirs.Type}";
        if (isOrdered)
        {
            var (our, their) = (ours.Series.Select(one => one.Samples[0].Value).ToList(), theirs.Series.Select(one => one.Samples[0].Value).ToList());
            if (our.Count != their.Count || our.Zip(their).Any(pair => !AreEqual(pair.First, pair.Second))) return $"the order differs: {string.Join(' ', our)}, theirs {string.Join(' ', their)}";
        }

        var rest = theirs.Series.ToDictionary(one => one.Series, one => one.Samples);
        foreach (var (series, samples) in ours.Series)
        {
            if (!rest.Remove(series, out var expected)) return $"only we have {series}";
            var at = 0;
            foreach (var (time, value) in samples)
            {
                if (at == expected.Count || expected[at].Time != time) return $"{series}: only one has a sample at {time} ({samples.Count} samples, theirs {expected.Count})";
                if (!AreEqual(value, expected[at].Value)) return $"{series} at {time}: {value:R}, theirs {expected[at].Value:R}";
                at++;
            }

            if (at < expected.Count) return $"{series}: only they have a sample at {expected[at].Time}";
        }

        return rest.Count > 0 ? $"only they have {rest.First().Key}" : null;
    }

    // Prometheus sums groups in the order of a Go map, another one each time: where all values of a group are equal but for their last bits,
    // their variance is the square of such a bit in one order, and 0 in another.
    private static bool AreEqual(double left, double right) =>
        left.Equals(right) || left == right || Math.Abs(left - right) <= Tolerance * Math.Max(Math.Abs(left), Math.Abs(right)) || (Math.Abs(left) < SquareOfABit && Math.Abs(right) < SquareOfABit);

    private static (string, List<(string, List<(long, double)>)>) Flat(QueryResult result) => result switch
    {
        ScalarResult scalar => ("scalar", [("", [(scalar.TimeMs, scalar.Value)])]),
        StringResult text => ("string", [(text.Value, [(text.TimeMs, 0)])]),
        VectorResult vector => ("vector", [.. vector.Samples.Select(sample => (sample.Labels.ToString(), new List<(long, double)> { (vector.TimeMs, sample.Value) }))]),
        MatrixResult matrix => ("matrix", [.. matrix.Series.Select(series => (series.Labels.ToString(), series.Times.ToArray().Zip(series.Values.ToArray()).ToList()))]),
        _ => throw new NotSupportedException(),
    };

    private static (string, List<(string, List<(long, double)>)>) Flat(JsonElement data)
    {
        var (type, result) = (data.GetProperty("resultType").GetString()!, data.GetProperty("result"));
        return (type, type switch
        {
            "scalar" => [("", [Sample(result, NumberText.Plain)])],
            "string" => [(result[1].GetString()!, [(Time(result), 0)])],
            "vector" => [.. result.EnumerateArray().Select(one => (Series(one), new List<(long, double)> { Sample(one.GetProperty("value"), NumberText.Sample) }))],
            _ => [.. result.EnumerateArray().Select(one => (Series(one), one.GetProperty("values").EnumerateArray().Select(pair => Sample(pair, NumberText.Sample)).ToList()))],
        });
    }

    private static string Series(JsonElement one) => Labels.Of(one.GetProperty("metric").EnumerateObject().Select(label => KeyValuePair.Create(label.Name, label.Value.GetString()!))).ToString();

    /// <summary>A sample of theirs, whose number we would write in the same way.</summary>
    private static (long, double) Sample(JsonElement pair, Func<double, string> write)
    {
        var text = pair[1].GetString()!;
        if (!NumberText.TryParse(text, out var value)) throw new FormatException(text);
        Assert.Equal(text, write(value));
        return (Time(pair), value);
    }

    private static long Time(JsonElement pair) => (long)Math.Round(pair[0].GetDecimal() * 1000);

    private static string Shown(JsonElement answer) => answer.ToString() is { Length: > 300 } text ? text[..300] + "…" : answer.ToString();

    private static string Described(QueryResult result)
    {
        var (type, series) = Flat(result);
        return $"{type} of {series.Count}: {string.Join(", ", series.Take(3).Select(one => $"{one.Item1} {one.Item2[0]}"))}";
    }
}
