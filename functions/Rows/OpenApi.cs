using System.Text.Json.Nodes;
using ShitOps.Datasource;

namespace ShitOps.Rows;

/// <summary>The routes of rows, made from what the code checks and writes, and those of Prometheus' API as an OpenAPI 3.1 document.</summary>
internal static class OpenApi
{
    private const string Json = "application/json";

    /// <summary>Every route of rows.</summary>
    public static IReadOnlyList<RowRoute> Routes { get; } = [ProjectRows.Route, ProjectRows.OneRoute, TaskRows.Route, ResourceRows.Route, TeamRows.Route, HistoryRows.Route, ForecastRows.Route, TaskForecastRows.Route, MilestoneForecastRows.Route, BottleneckRows.Route, CalibrationRows.Route, AuditRows.Route, PartitionRows.Route];

    /// <summary>The document.</summary>
    public static JsonObject Document() => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject { ["title"] = "ShitOps", ["version"] = "1", ["description"] = "The present state and the past of projects as flat rows, and as metrics by Prometheus' HTTP API." },
        ["paths"] = Object(Routes.Select(route => ($"/api/{route.Path}", new JsonObject { ["get"] = Operation(route) })).Concat(PrometheusRoutes.Paths()), path => path),
        ["components"] = new JsonObject
        {
            ["securitySchemes"] = new JsonObject { ["functionKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" } },
            ["schemas"] = new JsonObject { ["Problem"] = Row(new JsonObject { ["title"] = Typed("string"), ["status"] = Typed("integer"), ["detail"] = Typed("string") }) },
        },
        ["security"] = new JsonArray(new JsonObject { ["functionKey"] = new JsonArray() }),
    };

    private static JsonObject Operation(RowRoute route)
    {
        var responses = new JsonObject { ["200"] = Rows(route), ["304"] = Described("The client has it already."), ["400"] = Problem("The request is not right; detail says why.") };
        if (route.RequiresKnownProject) responses["404"] = Problem("There is no such project.");
        return new JsonObject
        {
            ["summary"] = route.Meaning,
            ["parameters"] = new JsonArray(
            [
                .. route.Path.EndsWith("{id}", StringComparison.Ordinal) ? [Parameter(new RowParameter("id", "the project", IsRequired: true), "path")] : Array.Empty<JsonNode>(),
                .. route.Parameters.Select(parameter => Parameter(parameter, "query")),
            ]),
            ["responses"] = responses,
        };
    }

    private static JsonObject Rows(RowRoute route)
    {
        var answer = Described(route.Meaning);
        if (route.IsPaged) answer["headers"] = new JsonObject { [RowAnswer.ContinuationHeader] = new JsonObject { ["description"] = "where the next page goes on, if there is one", ["schema"] = Typed("string") } };
        var row = Row(Object(route.Columns, column => (column.Name, Cell(column))));
        answer["content"] = new JsonObject
        {
            [Json] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "array", ["items"] = row } },
            ["text/csv"] = new JsonObject { ["schema"] = Typed("string") },
        };
        return answer;
    }

    private static JsonObject Cell(Column column)
    {
        var (type, format) = column.Kind switch
        {
            CellKind.Text => ("string", null),
            CellKind.Integer => ("integer", "int64"),
            CellKind.Number => ("number", "double"),
            CellKind.Flag => ("boolean", null),
            CellKind.Time => ("string", "date-time"),
            CellKind.Date => ("string", "date"),
            _ => throw new ArgumentOutOfRangeException(nameof(column)),
        };
        var cell = new JsonObject { ["type"] = new JsonArray(type, "null") };
        if (format is not null) cell["format"] = format;
        cell["description"] = column.Meaning;
        return cell;
    }

    private static JsonNode Parameter(RowParameter parameter, string place) => new JsonObject
    {
        ["name"] = parameter.Name,
        ["in"] = place,
        ["description"] = parameter.Meaning,
        ["required"] = parameter.IsRequired,
        ["schema"] = parameter.MayRepeat ? new JsonObject { ["type"] = "array", ["items"] = Typed("string") } : Typed("string"),
    };

    private static JsonObject Problem(string description)
    {
        var answer = Described(description);
        answer["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } };
        return answer;
    }

    private static JsonObject Row(JsonObject properties) =>
        new() { ["type"] = "object", ["required"] = new JsonArray([.. properties.Select(property => (JsonNode)property.Key)]), ["properties"] = properties };

    private static JsonObject Typed(string type) => new() { ["type"] = type };

    private static JsonObject Described(string description) => new() { ["description"] = description };

    private static JsonObject Object<T>(IEnumerable<T> all, Func<T, (string Name, JsonObject Value)> property)
    {
        var made = new JsonObject();
        foreach (var one in all)
        {
            var (name, value) = property(one);
            made[name] = value;
        }

        return made;
    }
}
