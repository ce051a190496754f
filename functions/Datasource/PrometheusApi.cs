using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using ShitOps.Metrics;
using ShitOps.Planning;
using ShitOps.PromQL;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;
using ShitOps.Security;
using ShitOps.Storage;

namespace ShitOps.Datasource;

/// <summary>Answers the questions of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/) over the metric catalogue.</summary>
public sealed class PrometheusApi(MetricSeries series, QuerySettings settings, QueryTurns turns, TimeProvider time, ILogger<PrometheusApi> logger)
{
    /// <summary>The most points of a series in one answer, as in Prometheus.</summary>
    public const int MostPoints = 11_000;

    // What does not change until another version is deployed, and names, of which new ones come at any time.
    private static readonly TimeSpan OfAVersion = TimeSpan.FromMinutes(5), OfNames = TimeSpan.FromSeconds(5);

    /// <summary><c>/api/v1/query</c>: an expression at an instant.</summary>
    public Task<IActionResult> QueryAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            var at = parameters.Time("time", time.GetUtcNow().ToUnixTimeMilliseconds());
            return await AnsweredAsync(request, Expression(parameters), (engine, expression) => engine.InstantAsync(expression, at, stopping), stopping, cancellationToken);
        },
        cancellationToken);

    /// <summary><c>/api/v1/query_range</c>: an expression at each step of a span.</summary>
    public Task<IActionResult> QueryRangeAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            var (start, end) = (parameters.RequiredTime("start"), parameters.RequiredTime("end"));
            if (end < start) throw QueryParameters.Invalid("end", "end timestamp must not be before start time");
            parameters.Required("step");
            var step = parameters.Duration("step")!.Value;
            if (step <= 0) throw QueryParameters.Invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
            if ((end - start) / step > MostPoints) throw new QueryException(QueryErrorKind.BadData, "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)");
            return await AnsweredAsync(request, Expression(parameters), async (engine, expression) => await engine.RangeAsync(expression, start, end, step, stopping), stopping, cancellationToken);
        },
        cancellationToken);

    /// <summary><c>/api/v1/series</c>: the label sets that any of the selectors finds.</summary>
    public Task<IActionResult> SeriesAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            if (parameters.All("match[]").Count == 0) throw new QueryException(QueryErrorKind.BadData, "no match[] parameter provided");
            var found = new SortedSet<Labels>(Comparer<Labels>.Create(Labels.Compare));
            await foreach (var labels in LabelsAsync(Scope.Of(request), parameters, stopping))
                if (found.Add(labels) && found.Count > settings.Limits.MaxSeries) throw QueryException.TooManySeries();
            return Listed(found, parameters.Limit("limit"), PrometheusAnswer.WriteLabels);
        },
        cancellationToken);

    /// <summary><c>/api/v1/labels</c>: the names of labels.</summary>
    public Task<IActionResult> LabelNamesAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            await foreach (var labels in LabelsAsync(Scope.Of(request), parameters, stopping))
                foreach (var (name, _) in labels.Pairs) names.Add(name);
            return Listed(names, parameters.Limit("limit"), (json, name) => json.WriteStringValue(name));
        },
        cancellationToken);

    /// <summary><c>/api/v1/label/NAME/values</c>: the values of a label.</summary>
    public Task<IActionResult> LabelValuesAsync(HttpRequest request, string name, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            if (!LabelName.IsValid(name)) throw new QueryException(QueryErrorKind.BadData, $"invalid label name: {QuotedText.Of(name)}");
            var values = new SortedSet<string>(StringComparer.Ordinal);
            await foreach (var labels in LabelsAsync(Scope.Of(request), parameters, stopping))
                if (labels[name] is { Length: > 0 } value) values.Add(value);
            return Listed(values, parameters.Limit("limit"), (json, value) => json.WriteStringValue(value));
        },
        cancellationToken);

    /// <summary><c>/api/v1/metadata</c>: type, unit and meaning of the metrics.</summary>
    public Task<IActionResult> MetadataAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        (parameters, _) =>
        {
            var only = parameters.Value("metric");
            var metrics = MetricCatalogue.All.Where(metric => only is null || metric.Name == only).Take(parameters.Limit("limit") ?? int.MaxValue).ToList();
            return Task.FromResult(PrometheusAnswer.Of(json =>
            {
                json.WriteStartObject();
                foreach (var metric in metrics)
                {
                    json.WriteStartArray(metric.Name);
                    json.WriteStartObject();
                    json.WriteString("type"u8, metric.Type switch { MetricType.Gauge => "gauge", MetricType.Counter => "counter", _ => "histogram" });
                    json.WriteString("help"u8, metric.Help);
                    json.WriteString("unit"u8, metric.Unit);
                    json.WriteEndObject();
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }).Kept(OfAVersion));
        },
        cancellationToken);

    /// <summary><c>/api/v1/status/buildinfo</c>: which version of Prometheus this speaks as; Grafana asks, to know what it may use.</summary>
    public Task<IActionResult> BuildInfoAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        (_, _) => Task.FromResult(PrometheusAnswer.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("version"u8, "2.42.0"u8);
            foreach (var name in (string[])["revision", "branch", "buildUser", "buildDate", "goVersion"]) json.WriteString(name, "");
            json.WriteEndObject();
        }).Kept(OfAVersion)),
        cancellationToken);

    /// <summary><c>/api/v1/format_query</c>: an expression, laid out.</summary>
    public Task<IActionResult> FormatQueryAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        (parameters, _) =>
        {
            var text = ExpressionLayout.Of(Expression(parameters));
            return Task.FromResult(PrometheusAnswer.Of(json => json.WriteStringValue(text)).Kept(OfAVersion));
        },
        cancellationToken);

    /// <summary>Evaluates an expression when its turn has come.</summary>
    /// <exception cref="QueryException">The turn has not come in the time that the query has.</exception>
    private async Task<PrometheusAnswer> AnsweredAsync(
        HttpRequest request, Expression expression, Func<QueryEngine, Expression, Task<QueryResult>> evaluate, CancellationToken stopping, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            await turns.WaitAsync(stopping);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QueryException(QueryErrorKind.Timeout, "query timed out in query queue");
        }

        var waited = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        QueryResult? result = null;
        try
        {
            result = await evaluate(EngineOf(request), expression);
            return PrometheusAnswer.Of(result);
        }
        finally
        {
            turns.Release();
            var outcome = result is not null ? QueryOutcome.Answered
                : cancellationToken.IsCancellationRequested ? QueryOutcome.GivenUp
                : stopping.IsCancellationRequested ? QueryOutcome.TimedOut : QueryOutcome.Failed;
            request.HttpContext.Features.Set(new ReadingEnd(outcome, result switch { VectorResult vector => vector.Samples.Count, MatrixResult matrix => matrix.Series.Count, null => 0, _ => 1 }, waited));
        }
    }

    private QueryEngine EngineOf(HttpRequest request) => new(series.In(Scope.Of(request)), turns.Options);

    private static Expression Expression(QueryParameters parameters)
    {
        try
        {
            return Parser.Parse(parameters.Required("query"));
        }
        catch (ParseException fault)
        {
            throw QueryParameters.Invalid("query", fault.Message);
        }
    }

    /// <summary>
    /// The label sets of what <c>match[]</c> selects, in no particular order, those that several select more than once; of all series if there is none.
    /// Of those from <c>start</c> to <c>end</c> that an instant selector shows at some instant there, as far as that is known without history.
    /// </summary>
    private IAsyncEnumerable<Labels> LabelsAsync(Scope scope, QueryParameters parameters, CancellationToken cancellationToken)
    {
        var (start, end) = (parameters.Time("start", -QueryParameters.FarthestMs), parameters.Time("end", QueryParameters.FarthestMs));
        var selectors = parameters.All("match[]");
        IReadOnlyList<IReadOnlyList<LabelMatcher>> all = selectors.Count == 0 ? [[]] : [.. selectors.Select(Matchers)];

        // Prometheus finds nothing in a span that ends before it starts.
        if (end < start) return AsyncEnumerable.Empty<Labels>();
        return all.ToAsyncEnumerable().SelectMany(matchers =>
            series.LabelsAsync(scope, new SeriesSelector(matchers, start - Lookback.DefaultMs, end) { LookbackMs = Lookback.DefaultMs }, cancellationToken));

        static IReadOnlyList<LabelMatcher> Matchers(string selector)
        {
            try
            {
                return Parser.ParseSelector(selector).Matchers;
            }
            catch (ParseException fault)
            {
                throw QueryParameters.Invalid("match[]", fault.Message);
            }
        }
    }

    private static PrometheusAnswer Listed<T>(IReadOnlyCollection<T> all, int? limit, Action<System.Text.Json.Utf8JsonWriter, T> write) => PrometheusAnswer.Of(
        json =>
        {
            json.WriteStartArray();
            foreach (var one in all.Take(limit ?? int.MaxValue)) write(json, one);
            json.WriteEndArray();
        },
        all.Count > limit ? ["results truncated due to limit"] : null).Kept(OfNames);

    private async Task<IActionResult> AnswerAsync(HttpRequest request, Func<QueryParameters, CancellationToken, Task<PrometheusAnswer>> answer, CancellationToken cancellationToken)
    {
        try
        {
            var parameters = await QueryParameters.OfAsync(request, cancellationToken);
            var patience = parameters.Duration("timeout") is { } asked && asked < settings.Timeout.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(0, asked)) : settings.Timeout;
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            stopping.CancelAfter(patience);
            try
            {
                return await answer(parameters, stopping.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return PrometheusAnswer.Of(QueryErrorKind.Timeout, "query timed out in expression evaluation");
            }
        }
        catch (QueryException fault)
        {
            return PrometheusAnswer.Of(fault.Kind, fault.Message);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            logger.LogError(fault, "A query could not be answered: storage does not answer, or refuses");
            return PrometheusAnswer.Unavailable("storage does not answer, or refuses; the app's log says why. Try again");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return PrometheusAnswer.Of(QueryErrorKind.Canceled, "query was canceled in expression evaluation");
        }
    }
}
