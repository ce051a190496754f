using ShitOps.PromQL;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.PromQL;

/// <summary>
/// A file of cases, which Cases/README.md describes: declared series, an instant or a span, and expressions with what they answer.
/// </summary>
internal sealed class CaseFile
{
    private const char Arrow = '⇶';

    private readonly List<Series> _series = [];
    private readonly List<string> _failures = [];
    private (long From, long To, long Step)? _span;
    private long _instant;
    private long _loadStep;

    /// <summary>What does not answer as the file says, with line numbers.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(string path)
    {
        var file = new CaseFile();
        var lines = await File.ReadAllLinesAsync(path);
        for (var i = 0; i < lines.Length; i++)
        {
            var (line, number) = (lines[i], i + 1);
            if (line.Trim().Length == 0 || line.StartsWith('#')) continue;
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                file.Declare(line.Trim());
                continue;
            }

            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["load", "every", var step]: file.Begin(Duration(step)); break;
                case ["at", var instant]: (file._instant, file._span) = (Duration(instant), null); break;
                case ["from", var from, "to", var to, "by", var step]: file._span = (Duration(from), Duration(to), Duration(step)); break;
                default:
                    var arrow = line.IndexOf(Arrow);
                    List<string> expected = arrow < 0 ? [] : [line[(arrow + 1)..].Trim()];
                    while (i + 1 < lines.Length && lines[i + 1].TrimStart().StartsWith(Arrow)) expected.Add(lines[++i].Trim()[1..].Trim());
                    if (expected.Count == 0) throw new FormatException($"{path}:{number}: a case needs a {Arrow} and what is expected");
                    await file.CheckAsync(number, arrow < 0 ? line.Trim() : line[..arrow].Trim(), expected);
                    break;
            }
        }

        return file._failures;
    }

    private void Begin(long stepMs)
    {
        _loadStep = stepMs;
        _series.Clear();
    }

    private void Declare(string line)
    {
        var end = line.IndexOf('}') is >= 0 and var brace ? brace + 1 : line.IndexOf(' ');
        var selector = Parser.ParseSelector(line[..end]);
        List<long> times = [];
        List<double> values = [];
        double? beforeLast = null, last = null;
        var slot = 0;
        var tokens = line[end..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] == "...")
            {
                var (stride, stop) = (last!.Value - beforeLast!.Value, Number(tokens[++i]));
                while (last.Value != stop) Add(last.Value + stride);
            }
            else if (tokens[i] == "_")
            {
                slot++;
            }
            else
            {
                Add(tokens[i] == "stale" ? StaleMarker.Value : Number(tokens[i]));
            }
        }

        _series.Add(new(Labels.Of(selector.Matchers.Select(matcher => KeyValuePair.Create(matcher.Name, matcher.Value))), times.ToArray(), values.ToArray()));

        void Add(double value)
        {
            times.Add(slot++ * _loadStep);
            values.Add(value);
            (beforeLast, last) = (last, value);
        }
    }

    private async Task CheckAsync(int line, string query, List<string> expected)
    {
        List<string> actual;
        var engine = new QueryEngine(new ArraySource(_series));
        try
        {
            var expression = Parser.Parse(query);
            actual = _span is { } span
                ? Lines(await engine.RangeAsync(expression, span.From, span.To, span.Step, CancellationToken.None), span)
                : Lines(await engine.InstantAsync(expression, _instant, CancellationToken.None), IsOrdered(expression));
        }
        catch (QueryException error)
        {
            actual = [$"error {error.Message}"];
        }

        if (!actual.SequenceEqual(expected, StringComparer.Ordinal))
            _failures.Add($"line {line}: {query}\n    expected  {string.Join("\n              ", expected)}\n    but got   {string.Join("\n              ", actual)}");
    }

    private static bool IsOrdered(Expression expression) =>
        expression is FunctionCall { Function.Name: "sort" or "sort_desc" } or AggregateOperation { Operator: AggregationOperator.TopK or AggregationOperator.BottomK };

    private static List<string> Lines(QueryResult result, bool isOrdered)
    {
        List<string> lines = result switch
        {
            ScalarResult scalar => [$"scalar {NumberText.Plain(scalar.Value)}"],
            StringResult text => [$"string {text.Value}"],
            VectorResult vector => [.. vector.Samples.Select(sample => $"{sample.Labels} {NumberText.Plain(sample.Value)}")],
            MatrixResult matrix => [.. matrix.Series.Select(series => $"{series.Labels} {string.Join(' ', series.Times.ToArray().Zip(series.Values.ToArray(), (time, value) => $"{NumberText.Plain(value)}@{DurationText.Of(time)}"))}")],
            _ => throw new NotSupportedException(),
        };
        if (!isOrdered) lines.Sort(StringComparer.Ordinal);
        return lines.Count > 0 ? lines : ["nothing"];
    }

    private static List<string> Lines(MatrixResult result, (long From, long To, long Step) span)
    {
        List<string> lines = [];
        foreach (var series in result.Series)
        {
            var values = series.Times.ToArray().Zip(series.Values.ToArray()).ToDictionary(pair => pair.First, pair => NumberText.Plain(pair.Second));
            List<string> steps = [];
            for (var time = span.From; time <= span.To; time += span.Step) steps.Add(values.GetValueOrDefault(time, "_"));
            lines.Add($"{series.Labels} {string.Join(' ', steps)}");
        }

        lines.Sort(StringComparer.Ordinal);
        return lines.Count > 0 ? lines : ["nothing"];
    }

    private static double Number(string text) => NumberText.TryParse(text, out var value) ? value : throw new FormatException($"{text} is no number");

    private static long Duration(string text) => DurationText.TryParse(text, out var ms, out var problem) ? ms : throw new FormatException(problem);
}
