using System.Globalization;
using System.Text;

namespace ShitOps.Planning;

/// <summary>Reads the one-line form, from left to right.</summary>
internal sealed class QueryReader
{
    private readonly string _line;
    private int _position;

    public QueryReader(string line)
    {
        if (line.Length > QueryText.MaxLength)
        {
            throw new QueryTextException(QueryText.MaxLength, $"The query has {line.Length} characters; expected at most {QueryText.MaxLength}.");
        }

        _line = line;
    }

    public Query Read(out QueryKind kind, out int kindPosition)
    {
        SkipBlanks();
        kindPosition = _position;
        kind = (QueryKind)ReadWord(QueryWords.Kinds, "a kind");
        var metric = (QueryMetric)ReadWord([.. QueryMetrics.All.Select(metric => metric.Word)], "a metric");
        var aggregation = (QueryAggregation)Math.Max(TakeWord(QueryWords.Aggregations), 0);
        var query = new Query
        {
            Metric = metric,
            Aggregation = aggregation,
            Filters = Take("where") ? ReadFilters() : [],
            By = Take("by") ? (QueryField)ReadWord(QueryWords.Fields, "a field") : null,
            Span = TakeSpan(),
            Versus = Take("versus") ? TakeSpan() ?? throw Unexpected("on, from or to") : null,
            Step = Take("step") ? (QueryStep)ReadWord(QueryWords.Steps, "a step") : null,
            Order = Take("order") ? (QueryOrder)ReadWord(QueryWords.Orders, "an order") : null,
            Limit = Take("limit") ? ReadNumber() : null,
        };
        return _position == _line.Length ? query : throw Unexpected("the end, or a part in the order where, by, on or from and to, versus, step, order, limit");
    }

    private List<QueryFilter> ReadFilters()
    {
        var filters = new List<QueryFilter>();
        do
        {
            var field = (QueryField)ReadWord(QueryWords.Fields, "a field");
            var excludes = TakeSign("!=");
            if (!excludes && !TakeSign("=")) throw Unexpected("= or !=");
            var values = new List<string>();
            do values.Add(ReadQuoted());
            while (TakeSign(","));
            filters.Add(new QueryFilter(field, values, excludes));
        }
        while (Take("and"));
        return filters;
    }

    private QuerySpan? TakeSpan()
    {
        if (Take("on"))
        {
            var start = _position;
            var day = ReadBound();
            return day.IsDay ? new QuerySpan(day, day) : throw new QueryTextException(start, $"on takes a day; found {day}, expected a date such as 2026-03-31.");
        }

        TimeBound? from = Take("from") ? ReadBound() : null;
        TimeBound? to = Take("to") ? ReadBound() : null;
        return from is null && to is null ? null : new QuerySpan(from, to);
    }

    private TimeBound ReadBound()
    {
        var length = WordLength();
        if (!TimeBound.TryParse(_line.AsSpan(_position, length), out var bound)) throw Unexpected("a date such as 2026-03-31 or a time such as 2026-03-31T18:30Z");
        Advance(length);
        return bound;
    }

    private int ReadNumber()
    {
        var length = WordLength();
        if (!int.TryParse(_line.AsSpan(_position, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) throw Unexpected("a whole number");
        Advance(length);
        return number;
    }

    private string ReadQuoted()
    {
        if (_position == _line.Length || _line[_position] != '"') throw Unexpected("a value in double quotes");
        var start = _position++;
        var value = new StringBuilder();
        while (_position < _line.Length)
        {
            var c = _line[_position++];
            switch (c)
            {
                case '"':
                    SkipBlanks();
                    return value.ToString();
                case '\\':
                    value.Append(ReadEscaped());
                    break;
                default:
                    value.Append(c);
                    break;
            }
        }

        throw new QueryTextException(start, "A value has no end; expected a closing double quote.");
    }

    private char ReadEscaped()
    {
        if (_position < _line.Length && _line[_position] is '"' or '\\') return _line[_position++];
        if (_position + 5 <= _line.Length && _line[_position] == 'u'
            && ushort.TryParse(_line.AsSpan(_position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            _position += 5;
            return (char)unit;
        }

        throw new QueryTextException(_position - 1, "A backslash stands before something else; expected \\\", \\\\ or \\u and four hexadecimal digits.");
    }

    private int ReadWord(IReadOnlyList<string> words, string what)
    {
        var index = TakeWord(words);
        return index >= 0 ? index : throw Unexpected($"{what}: {string.Join(", ", words.Where(word => word.Length > 0))}");
    }

    private int TakeWord(IReadOnlyList<string> words)
    {
        var length = WordLength();
        if (length == 0) return -1;
        for (var i = 0; i < words.Count; i++)
        {
            if (!_line.AsSpan(_position, length).SequenceEqual(words[i])) continue;
            Advance(length);
            return i;
        }

        return -1;
    }

    private bool Take(string word)
    {
        var length = WordLength();
        if (!_line.AsSpan(_position, length).SequenceEqual(word)) return false;
        Advance(length);
        return true;
    }

    private bool TakeSign(string sign)
    {
        if (string.CompareOrdinal(_line, _position, sign, 0, sign.Length) != 0) return false;
        Advance(sign.Length);
        return true;
    }

    private int WordLength()
    {
        var end = _position;
        while (end < _line.Length && (char.IsAsciiLetterOrDigit(_line[end]) || _line[end] is '-' or ':')) end++;
        return end - _position;
    }

    private void Advance(int length)
    {
        _position += length;
        SkipBlanks();
    }

    private void SkipBlanks()
    {
        while (_position < _line.Length && _line[_position] is ' ' or '\t') _position++;
    }

    private QueryTextException Unexpected(string expected)
    {
        if (_position == _line.Length) return new QueryTextException(_position, $"The query ends at character {_position + 1}; expected {expected}.");
        var length = Math.Clamp(WordLength(), 1, 40);
        return new QueryTextException(_position, $"Found \"{_line.AsSpan(_position, length)}\" at character {_position + 1}; expected {expected}.");
    }
}
