using System.Globalization;
using System.Text;

namespace ShitOps.PromQL;

/// <summary>
/// A pattern of RE2's syntax (https://github.com/google/re2/wiki/Syntax) as the pattern of .NET that matches the same texts. Where the two
/// differ it is rewritten: <c>$</c> without (?m) is the very end; \d, \s and \w are ASCII; a dot or a class stands for a whole code point,
/// not for half a surrogate pair; groups are numbered in their order, named or not; POSIX classes, \Q…\E, \x{…} and octal escapes are
/// spelled out. What RE2 has not (look-around, back-references, possessive repetition, …) is refused, as is (?U). Case is folded and \b
/// found by Unicode's rules, and \p knows general categories, of the basic plane.
/// </summary>
internal sealed class Re2Translation
{
    private const int MostRepeats = 1000;
    private const int DeepestGroup = 250;
    private const string AnyPair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private readonly string _source;
    private readonly StringBuilder _target = new();
    private readonly List<string> _groups = [""];
    private readonly Stack<(bool Multiline, bool DotAll, int Repeats)> _open = new();
    private int _at;
    private bool _multiline;
    private bool _dotAll;

    // How often the last atom, and the group that is being read, repeats anything within at most.
    private int _atomRepeats = 1;
    private int _groupRepeats = 1;

    private Re2Translation(string source) => _source = source;

    /// <summary>The pattern for .NET, and the names of its groups by number (see <see cref="AnchoredPattern.Groups"/>).</summary>
    /// <exception cref="QueryException">It is no pattern of RE2's syntax.</exception>
    public static (string Pattern, IReadOnlyList<string> Groups) Of(string source)
    {
        var translation = new Re2Translation(source);
        translation.Translate();
        return (translation._target.ToString(), translation._groups);
    }

    private void Translate()
    {
        var repeatable = false;
        while (_at < _source.Length)
        {
            switch (_source[_at])
            {
                case '(':
                    repeatable = OpenGroup();
                    break;
                case ')':
                    if (_open.Count == 0) throw Error("unexpected )", _source);
                    _atomRepeats = _groupRepeats;
                    (_multiline, _dotAll, var around) = _open.Pop();
                    _groupRepeats = Math.Max(around, _atomRepeats);
                    _target.Append(')');
                    _at++;
                    repeatable = true;
                    break;
                case '|':
                    _target.Append('|');
                    _at++;
                    repeatable = false;
                    break;
                case '*' or '+' or '?':
                    Repeat(_source.Substring(_at, 1), repeatable);
                    repeatable = false;
                    break;
                case '{' when RepeatCount() is { } count:
                    Repeat(count.Text, repeatable);
                    RepeatAtom(count);
                    repeatable = false;
                    break;
                default:
                    Atom();
                    _atomRepeats = 1;
                    repeatable = true;
                    break;
            }
        }

        if (_open.Count > 0) throw Error("missing closing )", _source);
    }

    private void Atom()
    {
        var c = _source[_at];
        switch (c)
        {
            case '.':
                _at++;
                AppendClass(new CodePointClass { IsNegated = true, Ranges = _dotAll ? [] : [('\n', '\n')] });
                break;
            case '^':
                _at++;
                _target.Append(_multiline ? "(?m:^)" : "\\A");
                break;
            case '$':
                _at++;
                _target.Append(_multiline ? "(?m:$)" : "\\z");
                break;
            case '[':
                AppendClass(Class());
                break;
            case '\\':
                Escape();
                break;
            default:
                AppendLiteral(NextRune());
                break;
        }
    }

    /// <summary>Reads "(", and what a "?" behind it says. Answers whether a repetition may follow, which is so after no opening.</summary>
    private bool OpenGroup()
    {
        var start = _at;
        _at++;
        if (_at >= _source.Length || _source[_at] != '?')
        {
            Push();
            _groups.Add("");
            _target.Append('(');
            return false;
        }

        _at++;
        if (Take("P<"))
        {
            var end = _source.IndexOf('>', _at);
            var name = end < 0 ? "" : _source[_at..end];
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) throw Error("invalid named capture", _source[start..]);
            if (_groups.Contains(name)) throw Error("duplicate capture group name", name);
            Push();
            _groups.Add(name);
            _target.Append('(');
            _at = end + 1;
            return false;
        }

        Flags(start);
        return false;
    }

    /// <summary>Reads the rest of <c>(?flags)</c> or <c>(?flags:</c>. Of the flags only i is left to .NET, since dots and anchors are rewritten.</summary>
    private void Flags(int start)
    {
        var (multiline, dotAll) = (_multiline, _dotAll);
        var isOn = true;
        var foldCase = "";
        for (; _at < _source.Length; _at++)
        {
            switch (_source[_at])
            {
                case 'i': foldCase = isOn ? "i" : "-i"; break;
                case 'm': multiline = isOn; break;
                case 's': dotAll = isOn; break;
                case '-' when isOn: isOn = false; break;
                case ')':
                    _at++;
                    (_multiline, _dotAll) = (multiline, dotAll);
                    if (foldCase.Length > 0) _target.Append("(?").Append(foldCase).Append(')');
                    return;
                case ':':
                    _at++;
                    Push();
                    (_multiline, _dotAll) = (multiline, dotAll);
                    _target.Append("(?").Append(foldCase).Append(':');
                    return;
                default: throw Error("invalid or unsupported Perl syntax", _source[start..(_at + 1)]);
            }
        }

        throw Error("missing closing )", _source);
    }

    private void Push()
    {
        if (_open.Count == DeepestGroup) throw Error("expression nests too deeply", _source);
        _open.Push((_multiline, _dotAll, _groupRepeats));
        _groupRepeats = 1;
    }

    /// <summary>Repetitions of repetitions multiply, and so does the automaton.</summary>
    private void RepeatAtom((string Text, int Most) count)
    {
        _atomRepeats *= Math.Max(1, count.Most);
        if (_atomRepeats > MostRepeats) throw Error("invalid repeat count", count.Text);
        _groupRepeats = Math.Max(_groupRepeats, _atomRepeats);
    }

    private void Repeat(string repetition, bool repeatable)
    {
        var start = _at;
        if (!repeatable)
        {
            var isNested = _at > 0 && _target.Length > 0 && _source[_at - 1] is '*' or '+' or '?' or '}';
            throw isNested ? Error("invalid nested repetition operator", _source[(_at - 1)..(_at + 1)]) : Error("missing argument to repetition operator", repetition);
        }

        _at += repetition.Length;
        _target.Append(repetition);
        if (_at < _source.Length && _source[_at] == '?')
        {
            _at++;
            _target.Append('?');
        }

        if (_at < _source.Length && (_source[_at] is '*' or '+' or '?' || (_source[_at] == '{' && RepeatCount() is not null)))
            throw Error("invalid nested repetition operator", _source[start..(_at + 1)]);
    }

    /// <summary>The text of <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> at the present place, and how often that is at most, or at least if there is no bound; null if the brace stands for itself.</summary>
    private (string Text, int Most)? RepeatCount()
    {
        var end = _source.IndexOf('}', _at);
        if (end < 0) return null;
        var text = _source[(_at + 1)..end];
        var comma = text.IndexOf(',');
        var (least, most) = comma < 0 ? (text, text) : (text[..comma], text[(comma + 1)..]);
        if (least.Length == 0 || !least.All(char.IsAsciiDigit) || !most.All(char.IsAsciiDigit)) return null;
        var from = Count(least);
        var to = most.Length == 0 ? from : Count(most);
        if (from > MostRepeats || to > MostRepeats || to < from) throw Error("invalid repeat count", $"{{{text}}}");
        return ($"{{{text}}}", to);

        static int Count(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue;
    }

    private void Escape()
    {
        if (_at + 1 == _source.Length) throw Error("trailing backslash at end of expression", "");
        switch (_source[_at + 1])
        {
            case 'A': _at += 2; _target.Append("\\A"); break;
            case 'z': _at += 2; _target.Append("\\z"); break;
            case 'b': _at += 2; _target.Append("\\b"); break;
            case 'B': _at += 2; _target.Append("\\B"); break;
            case 'Q':
                _at += 2;
                var end = _source.IndexOf("\\E", _at, StringComparison.Ordinal);
                var stop = end < 0 ? _source.Length : end;
                while (_at < stop) AppendLiteral(NextRune());
                if (end >= 0) _at += 2;
                break;
            default:
                var single = new CodePointClass();
                if (NamedClass(single)) AppendClass(single);
                else AppendLiteral(EscapedRune());
                break;
        }
    }

    /// <summary>Adds \d, \s, \w, \p{…} or their negation, if one stands here, to a class.</summary>
    private bool NamedClass(CodePointClass to)
    {
        if (_at + 1 >= _source.Length || _source[_at] != '\\') return false;
        var letter = _source[_at + 1];
        if (letter is 'p' or 'P')
        {
            to.Categories += Category();
            return true;
        }

        if (CodePointClass.Perl(char.ToLowerInvariant(letter)) is not { } ranges || letter is not ('d' or 'D' or 's' or 'S' or 'w' or 'W')) return false;
        _at += 2;
        to.Ranges.AddRange(char.IsUpper(letter) ? CodePointClass.Complement(ranges) : ranges);
        return true;
    }

    /// <summary>Reads \pL, \p{Lu}, \p{^Lu}, \PL; as .NET writes it.</summary>
    private string Category()
    {
        var start = _at;
        var isNegated = _source[_at + 1] == 'P';
        _at += 2;
        string name;
        if (_at < _source.Length && _source[_at] == '{')
        {
            var end = _source.IndexOf('}', _at);
            if (end < 0) throw Error("invalid character class range", _source[start..]);
            name = _source[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            name = _at < _source.Length ? _source.Substring(_at++, 1) : "";
        }

        if (name.StartsWith('^')) (isNegated, name) = (!isNegated, name[1..]);
        if (!CodePointClass.IsCategory(name)) throw Error("invalid character class range (general categories are known, scripts are not)", _source[start.._at]);
        return $"\\{(isNegated ? 'P' : 'p')}{{{name}}}";
    }

    private int EscapedRune()
    {
        var start = _at;
        _at++;
        var c = _source[_at];
        if (c < 0x80 && !char.IsAsciiLetterOrDigit(c))
        {
            _at++;
            return c;
        }

        _at++;
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case '0' or (>= '1' and <= '7') when c == '0' || (_at < _source.Length && _source[_at] is >= '0' and <= '7'):
                var octal = c - '0';
                for (var i = 0; i < 2 && _at < _source.Length && _source[_at] is >= '0' and <= '7'; i++) octal = octal * 8 + (_source[_at++] - '0');
                return octal;
            case 'x' when Hex() is { } code: return code;
            default: throw Error("invalid escape sequence", _source[start..Math.Min(_at, _source.Length)]);
        }
    }

    /// <summary>Reads the code point behind \x: two digits, or any in braces; null if there is none.</summary>
    private int? Hex()
    {
        string digits;
        if (_at < _source.Length && _source[_at] == '{')
        {
            var end = _source.IndexOf('}', _at);
            if (end < 0) return null;
            digits = _source[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            if (_at + 2 > _source.Length) return null;
            digits = _source.Substring(_at, 2);
            _at += 2;
        }

        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code is >= 0 and <= 0x10ffff ? code : null;
    }

    private CodePointClass Class()
    {
        var start = _at;
        _at++;
        var read = new CodePointClass { IsNegated = Take("^") };
        for (var isFirst = true; ; isFirst = false)
        {
            if (_at >= _source.Length) throw Error("missing closing ]", _source[start..]);
            if (_source[_at] == ']' && !isFirst) break;
            if (string.CompareOrdinal(_source, _at, "[:", 0, 2) == 0 && _source.IndexOf(":]", _at + 2, StringComparison.Ordinal) is >= 0 and var end)
            {
                var name = _source[(_at + 2)..end];
                var isNegated = name.StartsWith('^');
                var ranges = CodePointClass.Posix(isNegated ? name[1..] : name) ?? throw Error("invalid character class range", _source[_at..(end + 2)]);
                read.Ranges.AddRange(isNegated ? CodePointClass.Complement(ranges) : ranges);
                _at = end + 2;
            }
            else if (!NamedClass(read))
            {
                read.Ranges.Add(Range());
            }
        }

        _at++;
        return read;
    }

    private (int From, int To) Range()
    {
        var start = _at;
        var from = ClassRune();
        if (_at + 1 >= _source.Length || _source[_at] != '-' || _source[_at + 1] == ']') return (from, from);
        _at++;
        if (_at + 1 < _source.Length && _source[_at] == '\\' && _source[_at + 1] is 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'p' or 'P')
            throw Error("invalid character class range", _source[start..(_at + 2)]);
        var to = ClassRune();
        return to >= from ? (from, to) : throw Error("invalid character class range", _source[start.._at]);
    }

    private int ClassRune()
    {
        if (_source[_at] != '\\') return NextRune();
        return _at + 1 < _source.Length ? EscapedRune() : throw Error("trailing backslash at end of expression", "");
    }

    /// <summary>One code point; half a surrogate pair stands for itself.</summary>
    private int NextRune()
    {
        if (char.IsHighSurrogate(_source[_at]) && _at + 1 < _source.Length && char.IsLowSurrogate(_source[_at + 1]))
        {
            _at += 2;
            return char.ConvertToUtf32(_source[_at - 2], _source[_at - 1]);
        }

        return _source[_at++];
    }

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_source, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private void AppendLiteral(int rune)
    {
        if (rune > 0xffff) _target.Append("(?:").Append(CodePointClass.Unit(char.ConvertFromUtf32(rune)[0])).Append(CodePointClass.Unit(char.ConvertFromUtf32(rune)[1])).Append(')');
        else if (char.IsAsciiLetterOrDigit((char)rune)) _target.Append((char)rune);
        else _target.Append(CodePointClass.Unit(rune));
    }

    /// <summary>
    /// Before * and + a class that takes all pairs may take them half by half, which is faster: what stands beside it takes whole ones only.
    /// </summary>
    private void AppendClass(CodePointClass read)
    {
        var isLoop = _at < _source.Length && _source[_at] is '*' or '+';
        if (isLoop && read.IsNegated && !read.Ranges.Exists(range => range.To > 0xffff))
        {
            _target.Append(read.Units(""));
            return;
        }

        var alternatives = read.Pairs(AnyPair);
        var units = read.Units(@"\uD800-\uDFFF");
        if (alternatives.Count == 0)
        {
            _target.Append(units);
            return;
        }

        _target.Append("(?:").Append(units);
        foreach (var pair in alternatives) _target.Append('|').Append(pair);
        _target.Append(')');
    }

    private static QueryException Error(string what, string where) =>
        new(QueryErrorKind.BadData, $"error parsing regexp: {what}{(where.Length == 0 ? "" : $": `{where}`")}");
}
