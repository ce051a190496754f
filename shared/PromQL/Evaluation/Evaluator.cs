using ShitOps.PromQL.Ast;

namespace ShitOps.PromQL.Evaluation;

/// <summary>Makes of an expression the values that it has at the steps of a timeline.</summary>
internal sealed class Evaluator(QueryContext context, Timeline steps)
{
    private readonly StepInvariance _invariance = new();

    /// <summary>The values of a scalar at each step.</summary>
    public double[] Scalars(Expression expression)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        switch (expression)
        {
            case Parenthesized parenthesized: return Scalars(parenthesized.Inner);
            case NumberLiteral number: return Repeated(number.Value);
            case UnaryOperation unary:
                var values = Scalars(unary.Inner);
                for (var i = 0; unary.IsNegation && i < values.Length; i++) values[i] = -values[i];
                return values;
            case BinaryOperation binary:
                var left = Scalars(binary.Left);
                Arithmetic.Apply(binary.Operator, left, Scalars(binary.Right), Arithmetic.Kept.Bool);
                return left;
            case FunctionCall { Function.Name: "time" }: return Times();
            case FunctionCall { Function.Name: "pi" }: return Repeated(Math.PI);
            case FunctionCall { Function.Name: "scalar" } call: return OnlyValue(Vector(call.Arguments[0]));
            default: throw Unknown(expression);
        }
    }

    /// <summary>The series of an instant vector, with their values at each step.</summary>
    public Columns Vector(Expression expression)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        if (expression is Parenthesized parenthesized) return Vector(parenthesized.Inner);
        if (steps.Count == 0) return Columns.None;
        if (steps.Count > 1 && _invariance.Holds(expression))
        {
            var single = new Evaluator(context, Timeline.At(steps.StartMs)).Vector(expression);
            return new RepeatedColumns(single.Labels, single.ToArrays(1, context.Budget));
        }

        return expression switch
        {
            VectorSelector selector => Instants(selector, ofTimes: false),
            UnaryOperation unary => Signed(unary),
            BinaryOperation binary => Binary(binary),
            AggregateOperation aggregation => Aggregated(aggregation),
            FunctionCall call => Called(call),
            _ => throw Unknown(expression),
        };
    }

    private double[] Repeated(double value)
    {
        var values = context.Budget.Column(steps.Count);
        Array.Fill(values, value);
        return values;
    }

    private InstantColumns Instants(VectorSelector selector, bool ofTimes) => new(context.Selected[selector], selector, steps, context, ofTimes);

    /// <summary>scalar(): the value at the steps at which exactly one series has a sample; NaN at the others.</summary>
    private double[] OnlyValue(Columns vector)
    {
        var (values, counts, column) = (Repeated(double.NaN), new int[steps.Count], context.Budget.Column(steps.Count));
        for (var i = 0; i < vector.Count; i++)
        {
            vector.Fill(i, column);
            for (var step = 0; step < column.Length; step++)
            {
                if (!StaleMarker.Is(column[step])) values[step] = ++counts[step] == 1 ? column[step] : double.NaN;
            }
        }

        return values;
    }

    private Columns Signed(UnaryOperation unary)
    {
        var inner = Vector(unary.Inner);
        if (!unary.IsNegation) return inner;
        var negated = new ChangedColumns(inner, SeriesLabels.WithoutName(inner.Labels), MathFunctions.OnEach(value => -value));
        return MergedColumns.Of(negated, steps, context.Budget, onlyOne: true);
    }

    private Columns Binary(BinaryOperation binary)
    {
        if (binary.Left.Type == ExpressionType.Scalar) return WithScalar(binary, Vector(binary.Right), Scalars(binary.Left), scalarIsLeft: true);
        if (binary.Right.Type == ExpressionType.Scalar) return WithScalar(binary, Vector(binary.Left), Scalars(binary.Right), scalarIsLeft: false);
        var unions = context.Unions;
        var left = Vector(binary.Left);

        // A union asks its left side twice, for its samples and for where there are any: of unions of unions it would ask the innermost 2^depth times.
        if (binary.Operator == BinaryOperator.Or && context.Unions++ > unions) left = left.Computed(steps.Count, context.Budget);
        var right = Vector(binary.Right);
        return binary.Operator.IsSet() ? SetColumns.Of(binary, left, right, steps, context.Budget) : MatchedColumns.Of(binary, left, right, steps, context);
    }

    private Columns WithScalar(BinaryOperation binary, Columns vector, double[] scalars, bool scalarIsLeft)
    {
        var labels = ResultLabels.DropsName(binary) ? SeriesLabels.WithoutName(vector.Labels) : vector.Labels;
        return MergedColumns.Of(new ScalarOperandColumns(binary, vector, labels, scalars, scalarIsLeft, context.Budget), steps, context.Budget);
    }

    private Columns Aggregated(AggregateOperation aggregation)
    {
        var inner = Vector(aggregation.Inner);
        if (aggregation.Operator == AggregationOperator.CountValues)
            return CountedValues.Of(Text(aggregation.Parameter!), inner, aggregation.Grouping, steps, context.Budget);
        var parameter = aggregation.Parameter is null ? [] : Scalars(aggregation.Parameter);
        var groups = GroupIndex.Of(inner.Labels, aggregation.Grouping);
        return aggregation.Operator switch
        {
            AggregationOperator.TopK or AggregationOperator.BottomK =>
                RankedColumns.Of(aggregation.Operator == AggregationOperator.BottomK, parameter, inner, groups, steps, context.Budget),
            AggregationOperator.Quantile => new GroupQuantiles(parameter, inner, groups, steps, context.Budget),
            _ => new GroupColumns(aggregation.Operator, inner, groups, steps, context.Budget),
        };
    }

    private Columns Called(FunctionCall call)
    {
        var (name, arguments) = (call.Function.Name, call.Arguments);
        switch (name)
        {
            case "vector": return new ArrayColumns([Labels.Empty], [Scalars(arguments[0])]);
            case "timestamp": return Timestamps(arguments[0]);
            case "absent": return Absence.Of(arguments[0], Vector(arguments[0]), steps, context.Budget);
            case "sort" or "sort_desc": return steps.Count == 1 ? Ordering.ByValue(Vector(arguments[0]), descending: name == "sort_desc") : Vector(arguments[0]);
            case "histogram_quantile": return HistogramQuantile.Of(Scalars(arguments[0]), Vector(arguments[1]), steps, context.Budget);
            case "label_replace" or "label_join": return Relabelled(call);
            case "round" or "clamp" or "clamp_min" or "clamp_max": return Bounded(call);
            case "histogram_count" or "histogram_sum" or "histogram_fraction":
                return OfNativeHistograms(arguments);
        }

        if (MathFunctions.Find(name) is { } function)
        {
            var inner = arguments.Count == 0 ? new ArrayColumns([Labels.Empty], [Times()]) : Vector(arguments[0]);
            return Unnamed(inner, MathFunctions.OnEach(function));
        }

        return OfRange(call);
    }

    /// <summary>The samples are numbers, none is a native histogram: there is no answer, but arguments that have an error still have it.</summary>
    private Columns OfNativeHistograms(IReadOnlyList<Expression> arguments)
    {
        for (var i = 0; i < arguments.Count - 1; i++) Scalars(arguments[i]);
        Vector(arguments[^1]);
        return Columns.None;
    }

    private double[] Times()
    {
        var times = context.Budget.Column(steps.Count);
        for (var i = 0; i < times.Length; i++) times[i] = steps[i] / 1000.0;
        return times;
    }

    private Columns Unnamed(Columns inner, ColumnChange change) =>
        MergedColumns.Of(new ChangedColumns(inner, SeriesLabels.WithoutName(inner.Labels), change), steps, context.Budget);

    /// <summary>timestamp(): of a selector when its samples were taken; of anything else the step's own instant.</summary>
    private Columns Timestamps(Expression argument)
    {
        while (argument is Parenthesized parenthesized) argument = parenthesized.Inner;
        if (argument is VectorSelector selector)
        {
            var taken = Instants(selector, ofTimes: true);
            return MergedColumns.Of(new ChangedColumns(taken, SeriesLabels.WithoutName(taken.Labels)), steps, context.Budget);
        }

        var times = Times();
        return Unnamed(Vector(argument), column =>
        {
            for (var i = 0; i < column.Length; i++)
            {
                if (!StaleMarker.Is(column[i])) column[i] = times[i];
            }
        });
    }

    private Columns Relabelled(FunctionCall call)
    {
        var inner = Vector(call.Arguments[0]);
        var texts = call.Arguments.Skip(1).Select(Text).ToArray();
        var labels = call.Function.Name == "label_join"
            ? LabelFunctions.Join(inner.Labels, texts[0], texts[1], texts[2..], context.Budget)
            : LabelFunctions.Replace(inner.Labels, texts[0], texts[1], texts[2], texts[3], context.Budget);
        return MergedColumns.Of(new ChangedColumns(inner, labels), steps, context.Budget);
    }

    private Columns Bounded(FunctionCall call)
    {
        var inner = Vector(call.Arguments[0]);
        var first = call.Arguments.Count > 1 ? Scalars(call.Arguments[1]) : Repeated(1);
        return Unnamed(inner, call.Function.Name switch
        {
            "round" => MathFunctions.Round(first),
            "clamp_min" => MathFunctions.Clamp(min: first, max: null),
            "clamp_max" => MathFunctions.Clamp(min: null, max: first),
            _ => MathFunctions.Clamp(min: first, max: Scalars(call.Arguments[2])),
        });
    }

    private Columns OfRange(FunctionCall call)
    {
        Expression? range = null;
        List<double[]> scalars = [];
        foreach (var argument in call.Arguments)
        {
            if (argument.Type == ExpressionType.Matrix) range = argument;
            else scalars.Add(Scalars(argument));
        }

        var set = Range(range ?? throw Unknown(call));
        var function = RangeFunctions.Find(call.Function.Name, set, scalars) ?? throw Unknown(call);
        if (call.Function.Name == "last_over_time") return new RangeColumns(set, function, set.Labels, steps, context);
        var columns = new RangeColumns(set, function, SeriesLabels.WithoutName(set.Labels), steps, context);
        return call.Function.Name == "absent_over_time" ? Absence.Of(range, columns, steps, context.Budget) : MergedColumns.Of(columns, steps, context.Budget, onlyOne: true);
    }

    /// <summary>What a range vector cuts its windows from.</summary>
    public SampleSet Range(Expression expression)
    {
        switch (expression)
        {
            case Parenthesized parenthesized: return Range(parenthesized.Inner);
            case MatrixSelector matrix:
                var found = context.Selected[matrix.Vector];
                Warn(matrix, found);
                return new SelectedSamples(found, matrix, context);
            case Subquery subquery:
                var inner = steps.Within(subquery, context.Shifts, context.Options.DefaultSubqueryStepMs);
                context.Budget.TakeSamples(2L * inner.Count);
                return new SubquerySamples(new Evaluator(context, inner).Vector(subquery.Inner), inner, subquery, context);
            default: throw Unknown(expression);
        }
    }

    private void Warn(MatrixSelector matrix, IReadOnlyList<Series> found)
    {
        var longest = 0L;
        for (var i = 0; i < found.Count; i++) longest = Math.Max(longest, found[i].ResolutionMs);
        if (longest <= matrix.RangeMs) return;
        var distance = DurationText.Of(longest);
        context.Warnings.Add($"the range of {matrix} is shorter than the distance of its samples, {distance}: it is mostly empty; take at least {distance}, for rates twice that");
    }

    /// <summary>The text of a string.</summary>
    public static string Text(Expression expression) => expression switch
    {
        Parenthesized parenthesized => Text(parenthesized.Inner),
        StringLiteral literal => literal.Value,
        _ => throw Unknown(expression),
    };

    private static InvalidOperationException Unknown(Expression expression) => new($"no evaluation is known of {expression}");
}
