using System.Globalization;
using System.Text;

namespace ShitOps.PromQL.Parsing;

/// <summary>Cuts a query into tokens. Inside braces there are only matchers, inside brackets only durations and a colon.</summary>
internal sealed class Lexer
{
    private readonly string _query;
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _inBraces;
    private bool _inBrackets;

    private Lexer(string query) => _query = query;

    /// <summary>The tokens of a query; the last is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="ParseException">There is a character or a text that begins no token.</exception>
    public static List<Token> Tokens(string query)
    {
        var lexer = new Lexer(query);
        while (lexer.SkipBlanks()) lexer.Next();
        if (lexer._inBraces) throw lexer.Error(query.Length, "unexpected end of input inside braces");
        if (lexer._inBrackets) throw lexer.Error(query.Length, "unexpected end of input inside brackets, expected a duration such as 5m and ]");
        lexer._tokens.Add(new(TokenKind.End, "", query.Length));
        return lexer._tokens;
    }

    private char Peek(int ahead = 0) => _at + ahead < _query.Length ? _query[_at + ahead] : '\0';

    /// <summary>Passes over blanks and comments; false at the end.</summary>
    private bool SkipBlanks()
    {
        while (_at < _query.Length)
        {
            if (_query[_at] == '#')
            {
                var end = _query.IndexOf('\n', _at);
                _at = end < 0 ? _query.Length : end;
            }
            else if (_query[_at] is ' ' or '\t' or '\n' or '\r')
            {
                _at++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void Next()
    {
        var (c, start) = (Peek(), _at);
        if (c is '"' or '\'' or '`') Add(TokenKind.String, StringText.Read(_query, ref _at), start);
        else if (_inBraces) NextInBraces(c);
        else if (_inBrackets) NextInBrackets(c);
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1)))) NumberOrDuration();
        else if (IsLetter(c) || c == ':') Word(withColons: true);
        else Sign(c);
    }

    private void NextInBraces(char c)
    {
        switch (c)
        {
            case ',': Take(TokenKind.Comma, 1); break;
            case '=' when Peek(1) == '~': Take(TokenKind.MatchesPattern, 2); break;
            case '=': Take(TokenKind.Assign, 1); break;
            case '!' when Peek(1) == '~': Take(TokenKind.NotMatchesPattern, 2); break;
            case '!' when Peek(1) == '=': Take(TokenKind.NotEqual, 2); break;
            case '}':
                _inBraces = false;
                Take(TokenKind.RightBrace, 1);
                break;
            default:
                if (!IsLetter(c)) throw Error(_at, $"unexpected character inside braces: {Shown()}");
                Word(withColons: false);
                break;
        }
    }

    private void NextInBrackets(char c)
    {
        switch (c)
        {
            case ':': Take(TokenKind.Colon, 1); break;
            case ']':
                _inBrackets = false;
                Take(TokenKind.RightBracket, 1);
                break;
            default:
                if (!char.IsAsciiDigit(c)) throw Error(_at, $"unexpected character inside brackets: {Shown()}");
                NumberOrDuration();
                if (_tokens[^1].Kind == TokenKind.Number) throw Error(_tokens[^1].Position, "missing unit character in duration");
                break;
        }
    }

    private void Sign(char c)
    {
        switch (c)
        {
            case '(': Take(TokenKind.LeftParenthesis, 1); break;
            case ')': Take(TokenKind.RightParenthesis, 1); break;
            case '{':
                _inBraces = true;
                Take(TokenKind.LeftBrace, 1);
                break;
            case '[':
                _inBrackets = true;
                Take(TokenKind.LeftBracket, 1);
                break;
            case ',': Take(TokenKind.Comma, 1); break;
            case '@': Take(TokenKind.At, 1); break;
            case '+': Take(TokenKind.Plus, 1); break;
            case '-': Take(TokenKind.Minus, 1); break;
            case '*': Take(TokenKind.Star, 1); break;
            case '/': Take(TokenKind.Slash, 1); break;
            case '%': Take(TokenKind.Percent, 1); break;
            case '^': Take(TokenKind.Caret, 1); break;
            case '=' when Peek(1) == '=': Take(TokenKind.EqualEqual, 2); break;
            case '=' when Peek(1) != '~': Take(TokenKind.Assign, 1); break;
            case '!' when Peek(1) == '=': Take(TokenKind.NotEqual, 2); break;
            case '<' when Peek(1) == '=': Take(TokenKind.LessOrEqual, 2); break;
            case '<': Take(TokenKind.Less, 1); break;
            case '>' when Peek(1) == '=': Take(TokenKind.GreaterOrEqual, 2); break;
            case '>': Take(TokenKind.Greater, 1); break;
            case '=' or '!':
                _at++;
                throw Error(_at - 1, $"unexpected character after '{c}': {Shown()}");
            case '}' or ']': throw Error(_at, $"unexpected right {(c == '}' ? "brace" : "bracket")} '{c}'");
            default: throw Error(_at, $"unexpected character: {Shown()}");
        }
    }

    private void Word(bool withColons)
    {
        var start = _at;
        while (IsLetter(Peek()) || char.IsAsciiDigit(Peek()) || (withColons && Peek() == ':')) _at++;
        Add(TokenKind.Word, _query[start.._at], start);
    }

    private void NumberOrDuration()
    {
        var start = _at;
        var isHex = Peek() == '0' && Peek(1) is 'x' or 'X';
        if (isHex) _at += 2;
        while (isHex ? char.IsAsciiHexDigit(Peek()) : char.IsAsciiDigit(Peek())) _at++;
        var isNumber = AcceptFraction(isHex);
        if (isNumber && !IsLetter(Peek()) && !char.IsAsciiDigit(Peek()))
        {
            Add(TokenKind.Number, _query[start.._at], start);
            return;
        }

        _at = start;
        while (IsLetter(Peek()) || char.IsAsciiDigit(Peek()) || Peek() == '.') _at++;
        if (!LooksLikeDuration(_query.AsSpan(start, _at - start))) throw Error(start, $"bad number or duration syntax: {QuotedText.Of(_query[start.._at])}");
        Add(TokenKind.Duration, _query[start.._at], start);
    }

    /// <summary>Passes over the fraction and exponent; false if an exponent has no digits.</summary>
    private bool AcceptFraction(bool isHex)
    {
        if (Peek() == '.')
        {
            _at++;
            while (isHex ? char.IsAsciiHexDigit(Peek()) : char.IsAsciiDigit(Peek())) _at++;
        }

        if (Peek() is not ('e' or 'E')) return true;
        _at++;
        if (Peek() is '+' or '-') _at++;
        if (!char.IsAsciiDigit(Peek())) return false;
        while (char.IsAsciiDigit(Peek())) _at++;
        return true;
    }

    /// <summary>Digits and units in turn. Which units, and their order, <see cref="DurationText"/> checks.</summary>
    private static bool LooksLikeDuration(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0) return false;
            text = text[digits..];
            var unit = text.IndexOfAnyInRange('0', '9') is > 0 and var length ? length : text.Length;
            if (text[..unit] is not ("ms" or "s" or "m" or "h" or "d" or "w" or "y")) return false;
            text = text[unit..];
        }

        return true;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';

    private void Take(TokenKind kind, int length)
    {
        Add(kind, _query.Substring(_at, length), _at);
        _at += length;
    }

    private void Add(TokenKind kind, string text, int position) => _tokens.Add(new(kind, text, position));

    /// <summary>The character at the present place, for an error text.</summary>
    private string Shown()
    {
        if (_at >= _query.Length) return "end of input";
        return Rune.TryGetRuneAt(_query, _at, out var rune) ? $"'{rune}'" : string.Create(CultureInfo.InvariantCulture, $"'\\u{(int)_query[_at]:x4}'");
    }

    private ParseException Error(int position, string problem) => new(_query, position, problem);
}
