using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Datasource;
using ShitOps.OpenApi;
using ShitOps.Rows;

namespace ShitOps.Tests.Rows;

/// <summary>What docs/rows.md and OpenAPI say about the routes of rows is what the code does.</summary>
public class RowsDocumentTests
{
    private static readonly string Text = File.ReadAllText(RepositoryRoot.File("docs/rows.md")).ReplaceLineEndings("\n");

    public static TheoryData<string> Paths() => [.. RowRoutes.All.Select(route => route.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_document_has_each_parameter_and_column(string path)
    {
        var route = RowRoutes.All.Single(one => one.Path == path);
        var section = Text[Text.IndexOf($"## `GET /api/{path}`\n", StringComparison.Ordinal)..];
        var end = section.IndexOf("\n## ", 3, StringComparison.Ordinal);
        if (end > 0) section = section[..end];

        Assert.Contains(route.Meaning[..^1], section, StringComparison.Ordinal);
        if (route.Filters.Count == 0) return;
        Assert.Contains(Table("| parameter | meaning |\n|---|---|\n", route.Filters.Select(filter => $"| `{filter.Name}`{(filter.MayRepeat ? ", several" : "")} | {filter.Meaning} |")), section, StringComparison.Ordinal);
        Assert.Contains(Table("| column | holds | meaning |\n|---|---|---|\n", route.Columns.Select(column => $"| `{column.Name}` | {Word(column.Kind)} | {column.Meaning} |")), section, StringComparison.Ordinal);
    }

    [Fact]
    public void Column_names_are_unique_and_camelCase()
    {
        Assert.All(RowRoutes.All, route =>
        {
            Assert.Distinct(route.Columns.Select(column => column.Name));
            Assert.All(route.Columns, column => Assert.Matches("^[a-z][a-zA-Z0-9]*$", column.Name));
        });
    }

    [Fact]
    public void OpenApi_describes_every_route()
    {
        var paths = ApiDocument.Of()["paths"]!.AsObject();

        Assert.Equal(RowRoutes.All.Select(route => $"/api/{route.Path}"), paths.Select(path => path.Key).Where(path => path.StartsWith("/api/rows/", StringComparison.Ordinal)));
        // Of every trigger but those of the document itself and of the second address of Prometheus' API, which has the same routes.
        Assert.Equal(
            typeof(GetQuery).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods().SelectMany(method => method.GetParameters()).SelectMany(parameter => parameter.GetCustomAttributes<HttpTriggerAttribute>()))
                .Where(trigger => trigger.Route is not ("openapi.json" or "api/v1/{*path}"))
                .Select(trigger => $"/api/{trigger.Route}: {string.Join(' ', trigger.Methods!.Order())}, {(trigger.AuthLevel == AuthorizationLevel.Anonymous ? "open" : "with a key")}").Order(StringComparer.Ordinal),
            paths.Select(path => $"{path.Key}: {string.Join(' ', path.Value!.AsObject().Select(method => method.Key).Order())}, {(path.Value!.AsObject().All(method => method.Value!["security"] is not null) ? "open" : "with a key")}").Order(StringComparer.Ordinal));
        foreach (var route in RowRoutes.All)
        {
            var operation = paths[$"/api/{route.Path}"]!["get"]!;
            Assert.Equal(
                route.Columns.Select(column => column.Name),
                operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["items"]!["properties"]!.AsObject().Select(property => property.Key));
            Assert.Equal(route.Parameters.Select(parameter => parameter.Name), operation["parameters"]!.AsArray().Where(one => (string?)one!["in"] == "query").Select(one => (string?)one!["name"]));
        }
    }

    [Fact]
    public void OpenApi_is_made_once()
    {
        var request = new DefaultHttpContext().Request;

        Assert.Same(new GetOpenApi().Run(request), new GetOpenApi().Run(request));
    }

    private static string Table(string head, IEnumerable<string> rows)
    {
        var table = new StringBuilder(head);
        foreach (var row in rows) table.Append(row).Append('\n');
        return table.ToString();
    }

    private static string Word(CellKind kind) => kind switch
    {
        CellKind.Text => "text",
        CellKind.Integer => "whole number",
        CellKind.Number => "number",
        CellKind.Flag => "true or false",
        CellKind.Time => "time",
        _ => "date",
    };
}
