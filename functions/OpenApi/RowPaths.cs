using System.Text.Json.Nodes;
using ShitOps.Rows;

namespace ShitOps.OpenApi;

/// <summary>The paths of rows, from what their routes check and write.</summary>
internal static class RowPaths
{
    /// <summary>Each, with its operations.</summary>
    public static IEnumerable<(string Path, JsonObject Operations)> All() => RowRoutes.All.Select(route => ($"/api/{route.Path}", new JsonObject { ["get"] = Get(route).Write() }));

    private static Operation Get(RowRoute route) => new(route.Meaning)
    {
        Parameters =
        [
            .. route.Path.EndsWith("{id}", StringComparison.Ordinal) ? [Operation.Parameter("id", "the project", isRequired: true, "path")] : Array.Empty<JsonObject>(),
            .. route.Parameters.Select(one => Operation.Parameter(one.Name, one.Meaning, one.IsRequired, schema: one.MayRepeat ? Schema.Array(Schema.Of("string")) : null)),
        ],
        Answers =
        [
            (200, Rows(route)), (304, Operation.Answer("The client has it already.")), (400, Operation.Problem("The request is not right; detail says why.")),
            .. route.RequiresKnownProject ? [(404, Operation.Problem("There is no such project."))] : Array.Empty<(int, JsonObject)>(),
        ],
    };

    private static JsonObject Rows(RowRoute route)
    {
        var answer = Operation.Answer(route.Meaning, Schema.Array(Schema.Object([.. route.Columns.Select(column => (column.Name, Cell(column)))])));
        answer["content"]!["text/csv"] = new JsonObject { ["schema"] = Schema.Of("string") };
        if (route.IsPaged) answer["headers"] = new JsonObject { [RowAnswer.ContinuationHeader] = new JsonObject { ["description"] = "where the next page goes on, if there is one", ["schema"] = Schema.Of("string") } };
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
        var cell = Schema.Nullable(type, column.Meaning);
        if (format is not null) cell["format"] = format;
        return cell;
    }
}
