using System.Text;
using ShitOps.PromQL.Ast;
using ShitOps.PromQL.Evaluation;
using ShitOps.PromQL.Parsing;

namespace ShitOps.Tests.PromQL;

public class ParserTests
{
    [Theory]
    [InlineData("a + b * c ^ d ^ e - f", "((a + (b * (c ^ (d ^ e)))) - f)")]
    [InlineData("a or b and c unless d or e", "((a or ((b and c) unless d)) or e)")]
    [InlineData("a == b + c > d", "((a == (b + c)) > d)")]
    [InlineData("-a ^ b * c", "((-(a ^ b)) * c)")]
    [InlineData("a ^ -b ^ c", "(a ^ (-(b ^ c)))")]
    [InlineData("-a offset 1m @ 5 - b", "((-a @ 5.000 offset 1m) - b)")]
    [InlineData("a atan2 b % c", "((a atan2 b) % c)")]
    public void Operators_bind_by_precedence(string query, string expected) => Assert.Equal(expected, Bound(Parser.Parse(query)));

    [Theory]
    [InlineData("", "1:1: parse error: no expression found in input")]
    [InlineData("sum(", "1:5: parse error: unexpected end of input, expected an expression")]
    [InlineData("a +\n  b b", "2:5: parse error: unexpected identifier \"b\", expected an operator or the end of input")]
    [InlineData("a{b=c}", "1:5: parse error: unexpected identifier \"c\", expected a string in quotes")]
    [InlineData("topk(\"1\", a)", "1:6: parse error: expected type scalar in aggregation parameter, got string")]
    [InlineData("a{b=~\"(\"}", "1:3: parse error: error parsing regexp: missing closing ): `(`")]
    [InlineData("a[5]", "1:3: parse error: missing unit character in duration")]
    [InlineData("a[1m1h]", "1:3: parse error: not a valid duration string: \"1m1h\"")]
    [InlineData("a[0s]", "1:3: parse error: duration must be greater than 0")]
    [InlineData("a ? b", "1:3: parse error: unexpected character: '?'")]
    [InlineData("\"open", "1:1: parse error: unterminated quoted string")]
    [InlineData("topk(a)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1")]
    [InlineData("round(a, 1, 2)", "1:1: parse error: expected at most 2 argument(s) in call to \"round\", got 3")]
    [InlineData("a offset 1m offset 1m", "1:13: parse error: offset may not be set multiple times")]
    public void Errors_tell_the_place_and_what_was_expected(string query, string message) =>
        Assert.Equal(message, Assert.Throws<ParseException>(() => Parser.Parse(query)).Message);

    [Fact]
    public void What_is_printed_means_the_same()
    {
        foreach (var query in Queries()) AssertRoundTrip(query);
    }

    [Fact]
    public void Any_text_is_parsed_or_refused()
    {
        var random = new Random(42);
        var seeds = Queries().ToArray();
        for (var i = 0; i < 30_000; i++)
        {
            var text = i % 4 == 0 ? Noise(random) : Mutated(random, seeds[random.Next(seeds.Length)]);
            try
            {
                Parser.Parse(text);
            }
            catch (ParseException)
            {
                continue;
            }

            AssertRoundTrip(text);
        }
    }

    /// <summary>On a stack of 1 MiB, the least that a thread of .NET has by default.</summary>
    [Fact]
    public void Deep_nesting_is_refused_and_what_is_not_can_be_walked()
    {
        string[] opened = ["(", "-", "sum(", "a + (", "2 ^ ", "1 + -", "abs(a{b=\"c\"} > "];
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    foreach (var open in opened) Assert.Throws<ParseException>(() => Parser.Parse(string.Concat(Enumerable.Repeat(open, 100_000))));
                    Assert.Throws<ParseException>(() => Parser.Parse(string.Join(" + ", Enumerable.Repeat("a", Parser.DeepestTree + 1))));
                    foreach (var deep in Deep())
                    {
                        var expression = Parser.Parse(deep);
                        ExpressionLayout.Of(expression);
                        new QueryEngine(new ArraySource()).InstantAsync(expression, 0, CancellationToken.None).GetAwaiter().GetResult();
                    }
                }
                catch (Exception thrown)
                {
                    failure = thrown;
                }
            },
            1024 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void A_long_chain_of_selectors_takes_no_long_time()
    {
        var matchers = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"l{i}=\"v\""));
        Assert.Equal(5_000, Assert.IsType<VectorSelector>(Parser.Parse($"{{{matchers}}}")).Matchers.Count);
    }

    private static IEnumerable<string> Deep()
    {
        const int Levels = Parser.DeepestNesting - 5;
        const int Length = Parser.DeepestTree - 5;
        yield return string.Join(" + ", Enumerable.Repeat("a", Length));
        yield return string.Join(" or ", Enumerable.Repeat("1 + a", Length));
        yield return string.Join(" + ", Enumerable.Repeat("2", Length));
        yield return string.Concat(Enumerable.Repeat("(", Levels)) + "a" + new string(')', Levels);
        yield return string.Concat(Enumerable.Repeat("sum(", Levels)) + "a" + new string(')', Levels);
        yield return string.Concat(Enumerable.Repeat("abs(", Levels)) + "a" + new string(')', Levels);
        yield return string.Concat(Enumerable.Repeat("-", Levels)) + "a";
        yield return string.Concat(Enumerable.Repeat("2 ^ ", Levels)) + "2";
        yield return string.Concat(Enumerable.Repeat("sum_over_time(", Levels / 2)) + "a" + string.Concat(Enumerable.Repeat("[1m:1m])", Levels / 2));
    }

    private static IEnumerable<string> Queries()
    {
        var generator = new QueryGenerator(7);
        for (var i = 0; i < 200; i++) yield return generator.Vector(i % 5);
        foreach (var line in File.ReadLines(RepositoryRoot.File("tests", "PromQL", "Cases", "differential.queries")))
        {
            if (IsQuery(line)) yield return line;
        }
    }

    private static bool IsQuery(string line)
    {
        try
        {
            Parser.Parse(line);
            return true;
        }
        catch (ParseException)
        {
            return false;
        }
    }

    private static void AssertRoundTrip(string query)
    {
        var expression = Parser.Parse(query);
        var (line, layout) = (expression.ToString(), ExpressionLayout.Of(expression));
        Assert.Equal(Tree(expression), Tree(Parser.Parse(line)));
        Assert.Equal(Tree(expression), Tree(Parser.Parse(layout)));
        Assert.Equal(line, Parser.Parse(layout).ToString());
    }

    private static string Noise(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(0, 60); length > 0; length--)
            text.Append(random.Next(5) == 0 ? (char)random.Next(0x10000) : "abcorbyon(){}[]=~!<>+-*/%^@:,.\"'`\\#0123456789smhd \n"[random.Next(51)]);
        return text.ToString();
    }

    private static string Mutated(Random random, string query)
    {
        var text = new StringBuilder(query);
        for (var changes = random.Next(1, 4); changes > 0 && text.Length > 0; changes--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0: text.Remove(at, Math.Min(text.Length - at, random.Next(1, 5))); break;
                case 1: text.Insert(at, "(){}[]\"'`\\@:,-+#"[random.Next(16)]); break;
                case 2: text.Insert(at, text.ToString(at, Math.Min(text.Length - at, random.Next(1, 20)))); break;
                default: text[at] = (char)random.Next(32, 127); break;
            }
        }

        return text.ToString();
    }

    /// <summary>An expression with all that it says, written apart from how it is printed.</summary>
    private static string Tree(Expression expression) => expression switch
    {
        NumberLiteral number => $"number {BitConverter.DoubleToInt64Bits(number.Value):x}",
        StringLiteral text => $"text {Convert.ToHexString(Encoding.UTF8.GetBytes(text.Value))}",
        Parenthesized parenthesized => $"(paren {Tree(parenthesized.Inner)})",
        UnaryOperation unary => $"(sign {unary.IsNegation} {Tree(unary.Inner)})",
        BinaryOperation binary => $"({binary.Operator} {binary.ReturnsBool} {Tree(binary.Matching)} {Tree(binary.Left)} {Tree(binary.Right)})",
        AggregateOperation aggregation => $"({aggregation.Operator} {aggregation.Grouping.Without} {string.Join(' ', aggregation.Grouping.Labels)} {(aggregation.Parameter is { } parameter ? Tree(parameter) : "")} {Tree(aggregation.Inner)})",
        FunctionCall call => $"(call {call.Function.Name} {string.Join(' ', call.Arguments.Select(Tree))})",
        VectorSelector vector => $"(select {vector.Name} {string.Join(' ', vector.Matchers.Select(matcher => $"{matcher.Name} {matcher.Operator} {Convert.ToHexString(Encoding.UTF8.GetBytes(matcher.Value))}").Order(StringComparer.Ordinal))} {vector.Shift})",
        MatrixSelector matrix => $"(range {matrix.RangeMs} {Tree(matrix.Vector)})",
        Subquery subquery => $"(subquery {subquery.RangeMs} {subquery.StepMs} {subquery.Shift} {Tree(subquery.Inner)})",
        _ => throw new NotSupportedException(),
    };

    private static string Tree(VectorMatching? matching) => matching is null
        ? "-"
        : $"{matching.Cardinality} {matching.On} {string.Join(' ', matching.Labels)} / {string.Join(' ', matching.Include)}";

    private static string Bound(Expression expression) => expression switch
    {
        BinaryOperation binary => $"({Bound(binary.Left)} {binary.Operator.Symbol()} {Bound(binary.Right)})",
        UnaryOperation unary => $"({(unary.IsNegation ? "-" : "+")}{Bound(unary.Inner)})",
        _ => expression.ToString(),
    };
}
