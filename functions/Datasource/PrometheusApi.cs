using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using ShitOps.Metrics;
using ShitOps.PromQL;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Datasource;

/// <summary>Answers the questions of Prometheus' HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/) over the metric catalogue.</summary>
public sealed class PrometheusApi(MetricSeries series, TimeProvider time)
{
    /// <summary>The most points of a series in one answer, as in Prometheus.</summary>
    public const int MostPoints = 11_000;

    /// <summary>How long a query may take, if it does not ask for less.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    private readonly QueryEngine _engine = new(series);

    /// <summary><c>/api/v1/query</c>: an expression at an instant.</summary>
    public Task<IActionResult> QueryAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            var at = parameters.Time("time", time.GetUtcNow().ToUnixTimeMilliseconds());
            return PrometheusAnswer.Of(await _engine.InstantAsync(Expression(parameters), at, stopping));
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
            return PrometheusAnswer.Of(await _engine.RangeAsync(Expression(parameters), start, end, step, stopping));
        },
        cancellationToken);

    /// <summary><c>/api/v1/series</c>: the label sets that any of the selectors finds.</summary>
    public Task<IActionResult> SeriesAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            if (parameters.All("match[]").Count == 0) throw new QueryException(QueryErrorKind.BadData, "no match[] parameter provided");
            return Listed(await LabelsAsync(parameters, stopping), parameters.Limit("limit"), PrometheusAnswer.WriteLabels);
        },
        cancellationToken);

    /// <summary><c>/api/v1/labels</c>: the names of labels.</summary>
    public Task<IActionResult> LabelNamesAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        async (parameters, stopping) =>
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var labels in await LabelsAsync(parameters, stopping))
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
            var values = new SortedSet<string>((await LabelsAsync(parameters, stopping)).Select(labels => labels[name]).Where(value => value.Length > 0), StringComparer.Ordinal);
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
            }));
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
        })),
        cancellationToken);

    /// <summary><c>/api/v1/format_query</c>: an expression, laid out.</summary>
    public Task<IActionResult> FormatQueryAsync(HttpRequest request, CancellationToken cancellationToken) => AnswerAsync(
        request,
        (parameters, _) =>
        {
            var text = ExpressionLayout.Of(Expression(parameters));
            return Task.FromResult(PrometheusAnswer.Of(json => json.WriteStringValue(text)));
        },
        cancellationToken);

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

    /// <summary>The label sets of what <c>match[]</c> selects, each once and in order; of all series if there is none.</summary>
    private async Task<IReadOnlyList<Labels>> LabelsAsync(QueryParameters parameters, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (parameters.Time("end", now) < parameters.Time("start", 0)) throw QueryParameters.Invalid("end", "end timestamp must not be before start time");
        var selectors = parameters.All("match[]");
        if (selectors.Count == 0) return await series.LabelsAsync([], cancellationToken);
        var found = new SortedSet<Labels>(Comparer<Labels>.Create(Labels.Compare));
        foreach (var selector in selectors)
        {
            try
            {
                found.UnionWith(await series.LabelsAsync(Parser.ParseSelector(selector).Matchers, cancellationToken));
            }
            catch (ParseException fault)
            {
                throw QueryParameters.Invalid("match[]", fault.Message);
            }
        }

        return [.. found];
    }

    private static PrometheusAnswer Listed<T>(IReadOnlyCollection<T> all, int? limit, Action<System.Text.Json.Utf8JsonWriter, T> write) => PrometheusAnswer.Of(
        json =>
        {
            json.WriteStartArray();
            foreach (var one in all.Take(limit ?? int.MaxValue)) write(json, one);
            json.WriteEndArray();
        },
        all.Count > limit ? ["results truncated due to limit"] : null);

    private static async Task<IActionResult> AnswerAsync(HttpRequest request, Func<QueryParameters, CancellationToken, Task<PrometheusAnswer>> answer, CancellationToken cancellationToken)
    {
        try
        {
            var parameters = await QueryParameters.OfAsync(request, cancellationToken);
            var patience = parameters.Duration("timeout") is { } asked && asked < MostTime.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(0, asked)) : MostTime;
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
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return PrometheusAnswer.Of(QueryErrorKind.Canceled, "query was canceled in expression evaluation");
        }
    }
}
