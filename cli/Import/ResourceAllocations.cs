using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using ShitOps.Events;

namespace ShitOps.Cli.Import;

/// <summary>
/// A resource plan as CSV (RFC 4180) with the columns allocation, project, resource, hoursPerWeek, from, to and role in any order;
/// the first five have to be filled. Each row becomes one <c>resource.allocated</c>.
/// </summary>
internal sealed class ResourceAllocations
{
    private static readonly string[] Columns = ["allocation", "project", "resource", "hoursPerWeek", "from", "to", "role"];

    private readonly CsvParser _csv;
    private readonly Dictionary<string, int> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string Project, string Allocation)> _seen = [];
    private int _line;
    private bool _isBadlyQuoted;

    private ResourceAllocations(TextReader text)
    {
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            IgnoreBlankLines = false,
            BadDataFound = _ => _isBadlyQuoted = true,
        };
        _csv = new CsvParser(text, configuration);
    }

    /// <summary>Reads a plan. Each row is an event, or the reason why it is none; a header that is none ends the reading.</summary>
    /// <param name="text">The CSV.</param>
    /// <param name="source">The CloudEvents source.</param>
    /// <param name="asOf">When the plan was stated; null: each row counts as stated at the beginning of its first day, in UTC.</param>
    public static IEnumerable<AllocationRow> Read(TextReader text, string source, DateTimeOffset? asOf)
    {
        var plan = new ResourceAllocations(text);
        using (plan._csv)
        {
            if (!plan.Advance()) yield break;
            if (plan.ReadHeader() is { } fault)
            {
                yield return fault;
                yield break;
            }

            while (plan.Advance()) yield return plan.Row(source, asOf);
        }
    }

    /// <summary>Goes to the next row that is not blank.</summary>
    private bool Advance()
    {
        do
        {
            _line = _csv.RawRow + 1;
            _isBadlyQuoted = false;
            if (!_csv.Read()) return false;
        }
        while (string.IsNullOrWhiteSpace(_csv.RawRecord));

        // Faults of quoting come up only when the fields are taken apart.
        _ = _csv.Record;
        return true;
    }

    private AllocationRow? ReadHeader()
    {
        for (var i = 0; i < _csv.Count; i++)
        {
            var name = _csv[i].Trim().TrimStart('\uFEFF');
            if (!Columns.Contains(name, StringComparer.OrdinalIgnoreCase)) return Fault(i, $"unknown column \"{name}\"; expected some of {string.Join(", ", Columns)}");
            if (!_columns.TryAdd(name, i)) return Fault(i, $"the column \"{name}\" is there twice");
        }

        return Columns[..5].FirstOrDefault(name => !_columns.ContainsKey(name)) is { } missing
            ? AllocationRow.Bad(_line, 1, $"the column \"{missing}\" is missing")
            : null;
    }

    private AllocationRow Row(string source, DateTimeOffset? asOf)
    {
        if (_isBadlyQuoted) return AllocationRow.Bad(_line, 1, "a quote stands inside a field that does not begin with one, or is never closed");
        if (_csv.Count != _columns.Count) return Fault(Math.Min(_csv.Count, _columns.Count), $"{_csv.Count} fields, but the header has {_columns.Count}");

        foreach (var required in Columns[..5])
            if (Value(required) is null) return Fault(required, "is empty");
        foreach (var name in Columns)
            if (Value(name) is { Length: > Limits.Name } value) return Fault(name, $"{value.Length:N0} characters are more than {Limits.Name}");

        if (!double.TryParse(Value("hoursPerWeek"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) || Limits.Hours(hours * 3600) is null)
            return Fault("hoursPerWeek", $"expected a number of hours such as 37.5, found \"{Value("hoursPerWeek")}\"");
        if (Day("from") is not { } from) return Fault("from", $"expected a date such as 2026-01-31, found \"{Value("from")}\"");
        var to = Day("to");
        if (to is null && Value("to") is { } text) return Fault("to", $"expected a date such as 2026-01-31, found \"{text}\"");
        if (to < from) return Fault("to", $"{to:O} lies before from, {from:O}");

        var (project, allocation) = (Value("project")!, Value("allocation")!);
        if (!_seen.Add((project, allocation))) return Fault("allocation", $"\"{allocation}\" of project \"{project}\" is there twice");

        var data = new ResourceAllocated(allocation, Value("resource")!, hours, from, to, Value("role"));
        var time = asOf ?? new DateTimeOffset(from, TimeOnly.MinValue, TimeSpan.Zero);
        return new AllocationRow(_line, 1, EventIdentity.Identify(source, project, allocation, 0, time, data), Error: null);
    }

    private DateOnly? Day(string column) =>
        Value(column) is { } text && Rfc3339.TryParseDate(Encoding.UTF8.GetBytes(text), out var day) ? day : null;

    private string? Value(string column) =>
        _columns.TryGetValue(column, out var i) && i < _csv.Count && _csv[i].Trim() is { Length: > 0 } value ? value : null;

    private AllocationRow Fault(string column, string message) => Fault(_columns[column], $"{column}: {message}");

    private AllocationRow Fault(int field, string message)
    {
        var (row, column) = PlaceOf(field);
        return AllocationRow.Bad(row, column, message);
    }

    /// <summary>Where a field begins: commas and line breaks within quotes do not count.</summary>
    private (int Line, int Column) PlaceOf(int field)
    {
        var (row, column, isQuoted) = (_line, 1, false);
        foreach (var c in _csv.RawRecord.TrimEnd('\r', '\n'))
        {
            if (field == 0) break;
            if (c == '"') isQuoted = !isQuoted;
            if (c == ',' && !isQuoted) field--;
            (row, column) = c == '\n' ? (row + 1, 1) : (row, column + 1);
        }

        return (row, column);
    }
}

/// <summary>One row of a plan: an event, or what is wrong and where. Line and column count from 1.</summary>
internal sealed record AllocationRow(int Line, int Column, Event? Event, string? Error)
{
    public static AllocationRow Bad(int line, int column, string error) => new(line, column, Event: null, error);
}
