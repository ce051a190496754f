namespace ShitOps.PromQL.Evaluation;

/// <summary>A query's answer.</summary>
/// <param name="Warnings">What whoever asked should know of it, each once.</param>
public abstract record QueryResult(IReadOnlyList<string> Warnings);

/// <summary>A number.</summary>
public sealed record ScalarResult(long TimeMs, double Value, IReadOnlyList<string> Warnings) : QueryResult(Warnings);

/// <summary>A text.</summary>
public sealed record StringResult(long TimeMs, string Value, IReadOnlyList<string> Warnings) : QueryResult(Warnings);

/// <summary>A sample for each of a set of series, all of the asked instant. The order means something only after sort and topk.</summary>
public sealed record VectorResult(long TimeMs, IReadOnlyList<VectorSample> Samples, IReadOnlyList<string> Warnings) : QueryResult(Warnings);

public readonly record struct VectorSample(Labels Labels, double Value);

/// <summary>Samples over time for each of a set of series, ordered by labels; each has at least one.</summary>
public sealed record MatrixResult(IReadOnlyList<MatrixSeries> Series, IReadOnlyList<string> Warnings) : QueryResult(Warnings);

/// <param name="Times">Unix milliseconds, ascending; as many as values.</param>
public sealed record MatrixSeries(Labels Labels, ReadOnlyMemory<long> Times, ReadOnlyMemory<double> Values);
