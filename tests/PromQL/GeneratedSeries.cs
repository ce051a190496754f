using ShitOps.PromQL;

namespace ShitOps.Tests.PromQL;

/// <summary>Series of all shapes over six hours, and series that end with a marker in the hour after. The same for the same seed.</summary>
internal static class GeneratedSeries
{
    public const long StartMs = 1_767_225_600_000;
    public const long Minute = 60_000;
    public const long EndMs = StartMs + 360 * Minute;
    public const long StaleStartMs = EndMs + 120 * Minute;
    public const long StaleEndMs = StaleStartMs + 60 * Minute;

    /// <summary>Gauges, counters with resets, gaps, NaN and infinities, histograms, churning and odd label sets.</summary>
    public static IReadOnlyList<Series> Living(int seed)
    {
        var random = new Random(seed);
        List<Series> series = [];
        foreach (var job in (string[])["api", "web", "db"])
        {
            foreach (var instance in (string[])["a:80", "b:80", "c:80", "d:80"])
            {
                var level = random.Next(50, 200);
                series.Add(Regular(Minute, _ => level += random.Next(-5, 6), ("__name__", "gauge"), ("job", job), ("instance", instance), ("zone", instance[0] < 'c' ? "east" : "west")));
                if (job == "db" && instance == "d:80") continue;
                series.Add(Regular(Minute, _ => Math.Round(random.NextDouble() * 100 - 50, 3), ("__name__", "temperature"), ("job", job), ("instance", instance)));
                foreach (var code in (string[])["200", "404", "500"]) series.Add(Counter(random, ("__name__", "requests_total"), ("job", job), ("instance", instance), ("code", code)));
            }

            series.Add(Regular(Minute, _ => 1, ("__name__", "info"), ("job", job), ("version", $"v{random.Next(1, 4)}"), ("owner", job == "db" ? "" : $"team-{job}")));
            series.Add(Regular(5 * Minute, i => 100 + 10 * Math.Sin(i / 5.0), ("__name__", "quota"), ("job", job)));
            series.AddRange(Histogram(random, job));
        }

        series.AddRange(OddBounds());
        series.AddRange(Special());
        series.AddRange(Irregular(random));
        series.AddRange(Churning());
        return series;
    }

    /// <summary>Series that end, and begin again, by a marker.</summary>
    public static IReadOnlyList<Series> Ending()
    {
        List<Series> series = [];
        for (var number = 0; number < 4; number++)
        {
            var first = number;
            series.Add(Of(StaleStartMs, StaleEndMs, Minute, i => (i + first * 7) % 20 == 19 ? StaleMarker.Value : i * (first + 1), ("__name__", "ending"), ("number", $"{number}")));
        }

        return series;
    }

    private static Series Counter(Random random, params (string, string)[] labels)
    {
        double count = random.Next(0, 1000);
        return Regular(Minute, _ => count = random.Next(80) == 0 ? random.Next(0, 5) : count + random.Next(0, 20), labels);
    }

    private static IEnumerable<Series> Histogram(Random random, string job)
    {
        string[] bounds = job == "db" ? ["0.1", "0.5", "1"] : ["0.1", "0.25", "0.5", "1", "2.5", "1e1", "+Inf"];
        var counts = new double[bounds.Length];
        var columns = bounds.Select(_ => new List<double>()).ToArray();
        for (var i = 0; i <= 360; i++)
        {
            for (var seen = random.Next(0, 6); seen > 0; seen--)
                for (var bucket = random.Next(0, bounds.Length); bucket < bounds.Length; bucket++) counts[bucket]++;
            if (job == "web" && i % 50 == 0 && counts[2] > 3) counts[2] -= 3;
            for (var bucket = 0; bucket < bounds.Length; bucket++) columns[bucket].Add(counts[bucket]);
        }

        for (var bucket = 0; bucket < bounds.Length; bucket++)
        {
            var column = columns[bucket];
            yield return Regular(Minute, i => column[i], ("__name__", "latency_bucket"), ("job", job), ("le", bounds[bucket]));
        }

        yield return Regular(Minute, i => i, ("__name__", "latency_bucket"), ("job", job), ("le", "no number"));
    }

    /// <summary>Buckets whose bounds are written as few do it, each with one up to +Inf.</summary>
    private static IEnumerable<Series> OddBounds()
    {
        foreach (var bound in (string[])["1_0", "1__0", "_1", "1_", "1e1_0", "0x1p-1", "0x1.8P+1", "0x_1p0", "0x1_0p0", "0x1_p0", "0x10", "0x.8p0", "0x1.000000000000080000000000000000001p0", "2.", ".", "1e400", "0x1p1024", "1e-400", "+nan"])
        {
            yield return Regular(Minute, i => i, ("__name__", "odd_bucket"), ("written", bound), ("le", bound));
            yield return Regular(Minute, i => 2 * i, ("__name__", "odd_bucket"), ("written", bound), ("le", "+Inf"));
        }
    }

    private static IEnumerable<Series> Special()
    {
        yield return Regular(Minute, i => i % 7 == 3 ? double.NaN : i, ("__name__", "special"), ("kind", "nan"));
        yield return Regular(Minute, i => i % 11 == 5 ? double.PositiveInfinity : -i, ("__name__", "special"), ("kind", "inf"));
        yield return Regular(Minute, i => i % 13 < 2 ? double.NegativeInfinity : double.PositiveInfinity, ("__name__", "special"), ("kind", "both"));
        yield return Regular(Minute, _ => double.NaN, ("__name__", "special"), ("kind", "only-nan"));
        yield return Regular(Minute, _ => 0, ("__name__", "special"), ("kind", "zero"));
        yield return Regular(Minute, i => i % 2 == 0 ? 1e300 : 1.5e308, ("__name__", "special"), ("kind", "huge"));
        yield return Regular(Minute, i => 1e-300 * i, ("__name__", "special"), ("kind", "tiny"));
        yield return Regular(Minute, i => i < 80 ? 1e6 / (i + 3) : 0.7, ("__name__", "settling"));
        yield return Regular(Minute, i => i < 20 ? 1e12 / (i + 3) : 4e-9, ("__name__", "fading"));
        yield return Regular(Minute, i => 1_700_000_000 + i * 86_400.5, ("__name__", "moment"), ("kind", "recent"));
        yield return Regular(Minute, i => -2_000_000_000 - i * 1e6, ("__name__", "moment"), ("kind", "before-1970"));
        yield return Regular(Minute, i => i * 1e10, ("__name__", "moment"), ("kind", "far"));
        yield return Regular(Minute, i => i, ("__name__", "odd"), ("path", "a\"b\\c"), ("text", "zwei\nZeilen"), ("emoji", "🚀é"));
        yield return Regular(Minute, i => i * 2, ("__name__", "odd"), ("path", "C:\\x"), ("Upper", "x"), ("_under", "y"), ("digits9", "007"));
        yield return Regular(Minute, i => i * 3, ("__name__", "recorded:odd:sum"), ("path", "/"));
        yield return Of(StartMs + 100 * Minute, StartMs + 100 * Minute, Minute, _ => 42, ("__name__", "single"));
    }

    private static IEnumerable<Series> Irregular(Random random)
    {
        for (var number = 0; number < 4; number++)
        {
            List<long> times = [];
            List<double> values = [];
            double value = 0;
            for (var at = StartMs + random.Next(60_000); at <= EndMs; at += random.Next(10) == 0 ? random.Next(5, 25) * Minute : random.Next(5_000, 90_000))
            {
                times.Add(at);
                values.Add(value += random.Next(-3, 10));
            }

            yield return new(Labels.Of(("__name__", "irregular"), ("number", $"{number}")), times.ToArray(), values.ToArray());
        }
    }

    /// <summary>Series of one thing that follow one another, as those of restarted processes do.</summary>
    private static IEnumerable<Series> Churning()
    {
        for (var number = 0; number < 4; number++)
        {
            var from = StartMs + number * 90 * Minute;
            var birth = number;
            yield return Of(from, from + 80 * Minute, Minute, i => i + birth, ("__name__", "process"), ("app", "x"), ("pid", $"{100 + number}"));
            if (number < 2) yield return Of(from, from + 80 * Minute, Minute, i => i * 2, ("__name__", number == 0 ? "even_total" : "odd_total"), ("app", "x"));
        }
    }

    private static Series Regular(long stepMs, Func<int, double> value, params (string, string)[] labels) => Of(StartMs, EndMs, stepMs, value, labels);

    private static Series Of(long fromMs, long toMs, long stepMs, Func<int, double> value, params (string, string)[] labels)
    {
        var times = new long[(toMs - fromMs) / stepMs + 1];
        var values = new double[times.Length];
        for (var i = 0; i < times.Length; i++) (times[i], values[i]) = (fromMs + i * stepMs, value(i));
        return new(Labels.Of(labels), times, values);
    }
}
