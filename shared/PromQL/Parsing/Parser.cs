using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Parsing;

/// <summary>
/// The grammar of PromQL. Operators are read by precedence climbing; which words are keywords follows from where they stand, so that
/// metrics and labels may bear nearly all names.
/// </summary>
public sealed class Parser
{
    /// <summary>So deep parentheses, calls, signs and operands of operators on the right may nest: no reader of queries runs out of stack.</summary>
    public const int DeepestNesting = 250;

    /// <summary>So deep a tree may be, as long chains of operators make it: nobody who walks it runs out of stack.</summary>
    public const int DeepestTree = 1000;

    /// <summary>An instant must leave room for offsets and ranges, in milliseconds of 64 bits.</summary>
    private const double MostSeconds = 9e15;

    private static readonly string[] NeverMetrics = ["atan2", "bool", "group_left", "group_right", "ignoring", "on"];
    private static readonly string[] NeverFunctions = ["and", "or", "unless", "offset", "by", "without", "start", "end"];

    private readonly string _query;
    private readonly List<Token> _tokens;
    private int _at;
    private int _nesting;

    private Parser(string query)
    {
        _query = query;
        _tokens = Lexer.Tokens(query);
    }

    /// <summary>Reads a query, and checks the types of all its parts.</summary>
    /// <exception cref="ParseException">It is no PromQL.</exception>
    public static Expression Parse(string query)
    {
        var parser = new Parser(query);
        if (parser.Current.Kind == TokenKind.End) throw new ParseException(query, 0, "no expression found in input");
        var expression = parser.Expression(0);
        if (parser.Current.Kind != TokenKind.End) throw parser.Unexpected("expected an operator or the end of input");
        return expression;
    }

    /// <summary>Reads a selector alone, as the parameter match[] of Prometheus' API holds one.</summary>
    /// <exception cref="ParseException">It is no instant selector, or has a modifier.</exception>
    public static VectorSelector ParseSelector(string text)
    {
        if (Parse(text) is not VectorSelector selector) throw new ParseException(text, 0, "expected a metric selector such as up{job=\"api\"}");
        return selector.Shift == default ? selector : throw new ParseException(text, 0, "a metric selector takes no offset and no @");
    }

    private Token Current => _tokens[_at];

    private Token Following => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    private Expression Expression(int weakest)
    {
        if (++_nesting > DeepestNesting) throw TooDeep(Current.Position);
        var left = Operand();
        while (Operator() is { } found && found.Precedence() >= weakest)
        {
            _at++;
            var (returnsBool, matching) = OperatorModifiers(found);
            var right = Expression(found.IsRightAssociative() ? found.Precedence() : found.Precedence() + 1);
            left = Limited(new BinaryOperation(found, left, right, returnsBool, TypeCheck.Matching(_query, found, left, right, returnsBool, matching)) { Position = left.Position });
        }

        _nesting--;
        return left;
    }

    private T Limited<T>(T expression)
        where T : Expression => expression.Depth > DeepestTree ? throw TooDeep(expression.Position) : expression;

    private BinaryOperator? Operator()
    {
        switch (Current.Kind)
        {
            case TokenKind.Plus: return BinaryOperator.Add;
            case TokenKind.Minus: return BinaryOperator.Subtract;
            case TokenKind.Star: return BinaryOperator.Multiply;
            case TokenKind.Slash: return BinaryOperator.Divide;
            case TokenKind.Percent: return BinaryOperator.Modulo;
            case TokenKind.Caret: return BinaryOperator.Power;
            case TokenKind.EqualEqual: return BinaryOperator.Equal;
            case TokenKind.NotEqual: return BinaryOperator.NotEqual;
            case TokenKind.Greater: return BinaryOperator.Greater;
            case TokenKind.Less: return BinaryOperator.Less;
            case TokenKind.GreaterOrEqual: return BinaryOperator.GreaterOrEqual;
            case TokenKind.LessOrEqual: return BinaryOperator.LessOrEqual;
            case TokenKind.Word when Current.IsWord("and"): return BinaryOperator.And;
            case TokenKind.Word when Current.IsWord("or"): return BinaryOperator.Or;
            case TokenKind.Word when Current.IsWord("unless"): return BinaryOperator.Unless;
            case TokenKind.Word when Current.IsWord("atan2"): return BinaryOperator.Atan2;
            default: return null;
        }
    }

    private (bool ReturnsBool, VectorMatching Matching) OperatorModifiers(BinaryOperator found)
    {
        var returnsBool = TakeWord("bool");
        var cardinality = found.IsSet() ? MatchCardinality.ManyToMany : MatchCardinality.OneToOne;
        var on = Current.IsWord("on");
        if (!on && !Current.IsWord("ignoring")) return (returnsBool, new(cardinality, [], false, []));

        _at++;
        var labels = LabelNames();
        IReadOnlyList<string> include = [];
        if (Current.IsWord("group_left") || Current.IsWord("group_right"))
        {
            if (found.IsSet()) throw Error(Current.Position, $"no grouping allowed for {QuotedText.Of(found.Symbol())} operation");
            cardinality = Current.IsWord("group_left") ? MatchCardinality.ManyToOne : MatchCardinality.OneToMany;
            _at++;
            if (Current.Kind == TokenKind.LeftParenthesis) include = LabelNames();
        }

        return (returnsBool, new(cardinality, labels, on, include));
    }

    /// <summary>An expression between two operators: signs, then a value, then its brackets and modifiers.</summary>
    private Expression Operand()
    {
        if (Current.Kind is not (TokenKind.Plus or TokenKind.Minus)) return Suffixed(Value());

        var sign = Take();
        var isNegation = sign.Kind == TokenKind.Minus;
        var inner = Expression(BinaryOperators.SignedPrecedence);
        if (inner is NumberLiteral number) return new NumberLiteral(isNegation ? -number.Value : number.Value) { Position = sign.Position };
        TypeCheck.Sign(_query, inner);
        return Limited(new UnaryOperation(isNegation, inner) { Position = sign.Position });
    }

    private Expression Value()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                return new NumberLiteral(Number()) { Position = token.Position };
            case TokenKind.String:
                _at++;
                return new StringLiteral(token.Text) { Position = token.Position };
            case TokenKind.LeftParenthesis:
                _at++;
                var inner = Expression(0);
                Expect(TokenKind.RightParenthesis, "expected )");
                return Limited(new Parenthesized(inner) { Position = token.Position });
            case TokenKind.LeftBrace:
                return Selector("", token.Position);
            case TokenKind.Word:
                return Named(token);
            default:
                throw Unexpected("expected an expression");
        }
    }

    private Expression Named(Token name)
    {
        if (IsNumberWord(name)) return new NumberLiteral(Number()) { Position = name.Position };

        if (AggregationOperators.TryFind(name.Text, out var aggregation)
            && (Following.Kind == TokenKind.LeftParenthesis || Following.IsWord("by") || Following.IsWord("without")))
            return Aggregation(aggregation);
        if (NeverMetrics.Contains(name.Text, StringComparer.OrdinalIgnoreCase)) throw Unexpected("expected an expression");

        _at++;
        var isCall = Current.Kind == TokenKind.LeftParenthesis && !name.Text.Contains(':') && !NeverFunctions.Contains(name.Text, StringComparer.OrdinalIgnoreCase);
        return isCall ? Call(name) : Selector(name.Text, name.Position);
    }

    private FunctionCall Call(Token name)
    {
        if (!FunctionSignature.TryFind(name.Text, out var function)) throw Error(name.Position, $"unknown function with name {QuotedText.Of(name.Text)}");
        var arguments = Arguments();
        TypeCheck.Arguments(_query, name.Position, function, arguments);
        return Limited(new FunctionCall(function, arguments) { Position = name.Position });
    }

    private AggregateOperation Aggregation(AggregationOperator found)
    {
        var position = Take().Position;
        var grouping = Grouping();
        var arguments = Arguments();
        grouping ??= Grouping() ?? new([], Without: false);
        var expected = found.TakesParameter() ? 2 : 1;
        if (arguments.Count == 0) throw Error(position, "no arguments for aggregate expression provided");
        if (arguments.Count != expected)
            throw Error(position, $"wrong number of arguments for aggregate expression provided, expected {expected}, got {arguments.Count}");
        var parameter = found.TakesParameter() ? arguments[0] : null;
        TypeCheck.Aggregation(_query, found, parameter, arguments[^1]);
        return Limited(new AggregateOperation(found, parameter, arguments[^1], grouping) { Position = position });
    }

    private Grouping? Grouping()
    {
        if (!Current.IsWord("by") && !Current.IsWord("without")) return null;
        var without = Take().Text.Equals("without", StringComparison.OrdinalIgnoreCase);
        return new(LabelNames(), without);
    }

    private List<Expression> Arguments()
    {
        Expect(TokenKind.LeftParenthesis, "expected (");
        List<Expression> arguments = [];
        while (Current.Kind != TokenKind.RightParenthesis)
        {
            if (arguments.Count > 0)
            {
                Expect(TokenKind.Comma, "expected , or )");
                if (Current.Kind == TokenKind.RightParenthesis) throw Error(Current.Position, "trailing commas not allowed in function call args");
            }

            arguments.Add(Expression(0));
        }

        _at++;
        return arguments;
    }

    private List<string> LabelNames()
    {
        Expect(TokenKind.LeftParenthesis, "expected ( and label names");
        List<string> names = [];
        while (Current.Kind != TokenKind.RightParenthesis)
        {
            if (names.Count > 0)
            {
                Expect(TokenKind.Comma, "expected , or )");
                if (Current.Kind == TokenKind.RightParenthesis) break;
            }

            if (Current.Kind != TokenKind.Word || Current.Text.Contains(':') || IsNumberWord(Current)) throw Unexpected("expected a label name");
            names.Add(Take().Text);
        }

        _at++;
        return names;
    }

    private VectorSelector Selector(string name, int position)
    {
        List<LabelMatcher> matchers = [];
        if (Current.Kind == TokenKind.LeftBrace)
        {
            _at++;
            while (Current.Kind != TokenKind.RightBrace)
            {
                if (matchers.Count > 0)
                {
                    Expect(TokenKind.Comma, "expected , or }");
                    if (Current.Kind == TokenKind.RightBrace) break;
                }

                matchers.Add(Matcher());
            }

            _at++;
        }

        if (name.Length > 0)
        {
            if (matchers.Find(matcher => matcher.Name == Labels.MetricName) is { } second)
                throw Error(position, $"metric name must not be set twice: {QuotedText.Of(name)} or {QuotedText.Of(second.Value)}");
            matchers.Add(new(Labels.MetricName, MatchOperator.Equal, name));
        }
        else if (matchers.TrueForAll(matcher => matcher.Matches("")))
        {
            throw Error(position, "vector selector must contain at least one non-empty matcher");
        }

        return new(name, matchers, default) { Position = position };
    }

    private LabelMatcher Matcher()
    {
        if (Current.Kind != TokenKind.Word) throw Unexpected("expected a label name");
        var name = Take();
        MatchOperator? found = Current.Kind switch
        {
            TokenKind.Assign => MatchOperator.Equal,
            TokenKind.NotEqual => MatchOperator.NotEqual,
            TokenKind.MatchesPattern => MatchOperator.Matches,
            TokenKind.NotMatchesPattern => MatchOperator.NotMatches,
            _ => null,
        };
        if (found is not { } comparison) throw Unexpected("expected =, !=, =~ or !~");
        _at++;
        var value = Expect(TokenKind.String, "expected a string in quotes");
        try
        {
            return new(name.Text, comparison, value.Text);
        }
        catch (QueryException pattern)
        {
            throw Error(name.Position, pattern.Message);
        }
    }

    /// <summary>What follows a value: ranges, subqueries, offset and @.</summary>
    private Expression Suffixed(Expression expression)
    {
        while (true)
        {
            if (Current.Kind == TokenKind.LeftBracket) expression = Limited(Bracketed(expression));
            else if (Current.Kind == TokenKind.At) expression = At(expression);
            else if (Current.IsWord("offset")) expression = Offset(expression);
            else return expression;
        }
    }

    private Expression Bracketed(Expression inner)
    {
        _at++;
        var range = Duration();
        if (Current.Kind == TokenKind.Colon)
        {
            _at++;
            long? step = Current.Kind == TokenKind.RightBracket ? null : Duration();
            Expect(TokenKind.RightBracket, "expected ]");
            TypeCheck.Subquery(_query, inner);
            return new Subquery(inner, range, step, default) { Position = inner.Position };
        }

        Expect(TokenKind.RightBracket, "expected : or ]");
        if (inner is not VectorSelector vector) throw Error(inner.Position, "ranges only allowed for vector selectors");
        if (vector.Shift.OffsetMs != 0) throw Error(inner.Position, "no offset modifiers allowed before range");
        if (vector.Shift.At is not null) throw Error(inner.Position, "no @ modifiers allowed before range");
        return new MatrixSelector(vector, range) { Position = inner.Position };
    }

    private Expression At(Expression expression)
    {
        var position = Take().Position;
        AtModifier at;
        if ((Current.IsWord("start") || Current.IsWord("end")) && Following.Kind == TokenKind.LeftParenthesis)
        {
            at = new(Take().Text.Equals("start", StringComparison.OrdinalIgnoreCase) ? AtKind.Start : AtKind.End);
            _at++;
            Expect(TokenKind.RightParenthesis, "expected )");
        }
        else
        {
            var sign = Current.Kind is TokenKind.Plus or TokenKind.Minus && Take().Kind == TokenKind.Minus ? -1 : 1;
            if (Current.Kind != TokenKind.Number && !IsNumberWord(Current)) throw Unexpected("expected Unix seconds, start() or end()");
            var seconds = sign * Number();
            if (!(Math.Abs(seconds) < MostSeconds)) throw Error(position, $"timestamp out of bounds for @ modifier: {NumberText.Plain(seconds)}");
            at = new(AtKind.Instant, (long)Math.Round(seconds * 1000, MidpointRounding.AwayFromZero));
        }

        var shift = Shift(expression, "@ modifier");
        if (shift.At is not null) throw Error(position, "@ <timestamp> may not be set multiple times");
        return WithShift(expression, shift with { At = at });
    }

    private Expression Offset(Expression expression)
    {
        var position = Take().Position;
        var isNegative = Current.Kind == TokenKind.Minus;
        if (isNegative) _at++;
        var offset = Duration();
        var shift = Shift(expression, "offset modifier");
        if (shift.OffsetMs != 0) throw Error(position, "offset may not be set multiple times");
        return WithShift(expression, shift with { OffsetMs = isNegative ? -offset : offset });
    }

    private TimeShift Shift(Expression expression, string modifier) => expression switch
    {
        VectorSelector vector => vector.Shift,
        MatrixSelector matrix => matrix.Vector.Shift,
        Subquery subquery => subquery.Shift,
        _ => throw Error(expression.Position, $"{modifier} must be preceded by an instant vector selector or range vector selector or a subquery"),
    };

    private static Expression WithShift(Expression expression, TimeShift shift) => expression switch
    {
        VectorSelector vector => new VectorSelector(vector.Name, vector.Matchers, shift) { Position = vector.Position },
        MatrixSelector matrix => new MatrixSelector((VectorSelector)WithShift(matrix.Vector, shift), matrix.RangeMs) { Position = matrix.Position },
        Subquery subquery => new Subquery(subquery.Inner, subquery.RangeMs, subquery.StepMs, shift) { Position = subquery.Position },
        _ => expression,
    };

    private long Duration()
    {
        var token = Expect(TokenKind.Duration, "expected a duration such as 5m");
        if (!DurationText.TryParse(token.Text, out var ms, out var problem)) throw Error(token.Position, problem);
        return ms > 0 ? ms : throw Error(token.Position, "duration must be greater than 0");
    }

    private double Number()
    {
        var token = Take();
        if (token.IsWord("inf")) return double.PositiveInfinity;
        if (token.IsWord("nan")) return double.NaN;
        return NumberLiteralText.TryParse(token.Text, out var value) ? value : throw Error(token.Position, $"error parsing number: {QuotedText.Of(token.Text)}");
    }

    private static bool IsNumberWord(Token token) => token.IsWord("inf") || token.IsWord("nan");

    private Token Take() => _tokens[_at++];

    private bool TakeWord(string keyword)
    {
        if (!Current.IsWord(keyword)) return false;
        _at++;
        return true;
    }

    private Token Expect(TokenKind kind, string expectation) => Current.Kind == kind ? Take() : throw Unexpected(expectation);

    private ParseException Unexpected(string expectation) => Error(Current.Position, $"unexpected {Current}, {expectation}");

    private ParseException TooDeep(int position) => Error(position, $"the expression is too complex: more than {DeepestNesting} parts nest, or more than {DeepestTree} follow one another");

    private ParseException Error(int position, string problem) => new(_query, position, problem);
}
