using System.Numerics.Tensors;

namespace ShitOps.Synthesis.Tensors;

/// <summary>The operations of the network, each with its derivative written by hand.</summary>
public static class Operations
{
    private const float Epsilon = 1e-6f;

    /// <summary>x w + b; b may be null.</summary>
    public static Matrix Linear(this Tape tape, Matrix x, Parameter w, Parameter? b)
    {
        var y = tape.Zeros(x.Rows, w.Columns);
        if (b is not null)
        {
            for (var row = 0; row < y.Rows; row++) b.Values.CopyTo(y.Row(row));
        }

        MatrixProduct.AddTo(y.Values, x.Values, w.Values, x.Rows, w.Rows, w.Columns);
        tape.Record(() =>
        {
            var transposed = tape.Take(Math.Max(x.Rows, w.Columns) * w.Rows);
            MatrixProduct.Transpose(transposed, x.Values, x.Rows, w.Rows);
            MatrixProduct.AddTo(w.Gradients, transposed, y.Gradients, w.Rows, x.Rows, w.Columns);
            MatrixProduct.Transpose(transposed, w.Values, w.Rows, w.Columns);
            MatrixProduct.AddTo(x.Gradients, y.Gradients, transposed, x.Rows, w.Columns, w.Rows);
            if (b is null) return;
            for (var row = 0; row < y.Rows; row++) AddTo(b.Gradients, y.GradientRow(row));
        });
        return y;
    }

    /// <summary>Each row is the mean of some rows of a table.</summary>
    /// <param name="table">The rows to choose from.</param>
    /// <param name="bags">For each row of the result which rows of the table; at least one.</param>
    public static Matrix MeanOfRows(this Tape tape, Parameter table, IReadOnlyList<int[]> bags)
    {
        var y = tape.Zeros(bags.Count, table.Columns);
        for (var row = 0; row < bags.Count; row++)
        {
            var share = 1f / bags[row].Length;
            foreach (var id in bags[row]) AddScaled(y.Row(row), table.Values.AsSpan(id * table.Columns, table.Columns), share);
        }

        tape.Record(() =>
        {
            for (var row = 0; row < bags.Count; row++)
            {
                var share = 1f / bags[row].Length;
                foreach (var id in bags[row]) AddScaled(table.Gradients.AsSpan(id * table.Columns, table.Columns), y.GradientRow(row), share);
            }
        });
        return y;
    }

    /// <summary>The sum of two matrices of one shape.</summary>
    public static Matrix Sum(this Tape tape, Matrix x, Matrix other)
    {
        var y = tape.Zeros(x.Rows, x.Columns);
        TensorPrimitives.Add(x.Values, other.Values, y.Values);
        tape.Record(() =>
        {
            AddTo(x.Gradients, y.Gradients);
            AddTo(other.Gradients, y.Gradients);
        });
        return y;
    }

    /// <summary>Each row divided by its root mean square and multiplied by a gain (Zhang and Sennrich, arXiv 1910.07467).</summary>
    public static Matrix Normalised(this Tape tape, Matrix x, Parameter gain)
    {
        var y = tape.Zeros(x.Rows, x.Columns);
        var scales = tape.Take(x.Rows);
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            var scale = scales[row] = 1 / MathF.Sqrt((SumOfProducts(from, from) / x.Columns) + Epsilon);
            for (var i = 0; i < from.Length; i++) to[i] = from[i] * scale * gain.Values[i];
        }

        tape.Record(() =>
        {
            for (var row = 0; row < x.Rows; row++)
            {
                var from = x.Row(row);
                var toGradient = y.GradientRow(row);
                var fromGradient = x.GradientRow(row);
                var scale = scales[row];
                var along = 0f;
                for (var i = 0; i < from.Length; i++)
                {
                    gain.Gradients[i] += toGradient[i] * from[i] * scale;
                    along += toGradient[i] * gain.Values[i] * from[i];
                }

                var correction = along * scale * scale * scale / x.Columns;
                for (var i = 0; i < from.Length; i++) fromGradient[i] += (toGradient[i] * gain.Values[i] * scale) - (from[i] * correction);
            }
        });
        return y;
    }

    /// <summary>Each value, or 0 if it is less.</summary>
    public static Matrix Rectified(this Tape tape, Matrix x)
    {
        var y = tape.Zeros(x.Rows, x.Columns);
        TensorPrimitives.Max(x.Values, 0f, y.Values);
        tape.Record(() =>
        {
            var values = x.Values;
            var from = y.Gradients;
            var to = x.Gradients;
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i] > 0) to[i] += from[i];
            }
        });
        return y;
    }

    /// <summary>Values are set to 0 with a probability, and the others grow to keep the mean; only while learning.</summary>
    public static Matrix Dropped(this Tape tape, Matrix x, double probability, Random? random)
    {
        if (random is null || probability <= 0) return x;
        var y = tape.Zeros(x.Rows, x.Columns);
        var kept = tape.Take(x.Rows * x.Columns);
        var scale = (float)(1 / (1 - probability));
        var least = (int)(probability * 65_536);
        for (var i = 0; i < y.Values.Length;)
        {
            // Four draws of 16 bits from each of 64.
            var bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            for (var draw = 0; draw < 4 && i < y.Values.Length; draw++, i++, bits >>= 16) kept[i] = (int)(bits & 0xffff) < least ? 0 : scale;
        }

        TensorPrimitives.Multiply(x.Values, kept.AsSpan(0, x.Values.Length), y.Values);
        tape.Record(() => TensorPrimitives.FusedMultiplyAdd(y.Gradients, kept.AsSpan(0, y.Gradients.Length), x.Gradients, x.Gradients));
        return y;
    }

    /// <summary>Each row beside the one before and the one after it in its sequence; zeros beyond its ends.</summary>
    /// <param name="ends">Behind which row each sequence ends.</param>
    public static Matrix WithNeighbours(this Tape tape, Matrix x, IReadOnlyList<int> ends)
    {
        var y = tape.Zeros(x.Rows, 3 * x.Columns);
        Each((from, to, offset) => x.Row(from).CopyTo(y.Row(to).Slice(offset, x.Columns)));
        tape.Record(() => Each((from, to, offset) => AddTo(x.GradientRow(from), y.GradientRow(to).Slice(offset, x.Columns))));
        return y;

        void Each(Action<int, int, int> copy)
        {
            var start = 0;
            foreach (var end in ends)
            {
                for (var row = start; row < end; row++)
                {
                    if (row > start) copy(row - 1, row, 0);
                    copy(row, row, x.Columns);
                    if (row + 1 < end) copy(row + 1, row, 2 * x.Columns);
                }

                start = end;
            }
        }
    }

    /// <summary>Some rows, in the order stated.</summary>
    public static Matrix Rows(this Tape tape, Matrix x, IReadOnlyList<int> rows)
    {
        var y = tape.Zeros(rows.Count, x.Columns);
        for (var i = 0; i < rows.Count; i++) x.Row(rows[i]).CopyTo(y.Row(i));
        tape.Record(() =>
        {
            for (var i = 0; i < rows.Count; i++) AddTo(x.GradientRow(rows[i]), y.GradientRow(i));
        });
        return y;
    }

    /// <summary>
    /// Scaled dot-product attention over several heads (Vaswani et al., arXiv 1706.03762), every token to all of its sequence, with a learnt
    /// bias for each head and distance (as in T5, arXiv 1910.10683).
    /// </summary>
    /// <param name="qkv">Queries, keys and values beside each other.</param>
    /// <param name="bias">A row for each head: the bias of each distance from -reach to reach; farther ones count as the farthest.</param>
    /// <param name="ends">Behind which row each sequence ends.</param>
    public static Matrix Attention(this Tape tape, Matrix qkv, Parameter bias, IReadOnlyList<int> ends)
    {
        var width = qkv.Columns / 3;
        var heads = bias.Rows;
        var size = width / heads;
        var scale = 1 / MathF.Sqrt(size);
        var y = tape.Zeros(qkv.Rows, width);
        var weightsOf = new List<(int Start, int Length, int Head, float[] Weights)>();
        var start = 0;
        foreach (var end in ends)
        {
            for (var head = 0; head < heads; head++)
            {
                var weights = tape.Take((end - start) * (end - start));
                Attend(start, end - start, head, weights);
                weightsOf.Add((start, end - start, head, weights));
            }

            start = end;
        }

        tape.Record(() =>
        {
            foreach (var (first, length, head, weights) in weightsOf) HandBack(first, length, head, weights);
        });
        return y;

        void Attend(int first, int length, int head, float[] weights)
        {
            for (var i = 0; i < length; i++)
            {
                var query = qkv.Row(first + i).Slice(head * size, size);
                var row = weights.AsSpan(i * length, length);
                for (var j = 0; j < length; j++)
                {
                    var key = qkv.Row(first + j).Slice(width + (head * size), size);
                    row[j] = (SumOfProducts(query, key) * scale) + bias.Values[(head * bias.Columns) + Distance(j - i)];
                }

                SoftMax(row);
                var to = y.Row(first + i).Slice(head * size, size);
                for (var j = 0; j < length; j++) AddScaled(to, qkv.Row(first + j).Slice((2 * width) + (head * size), size), row[j]);
            }
        }

        void HandBack(int first, int length, int head, float[] weights)
        {
            Span<float> slopes = length <= 256 ? stackalloc float[length] : new float[length];
            for (var i = 0; i < length; i++)
            {
                var row = weights.AsSpan(i * length, length);
                var gradient = y.GradientRow(first + i).Slice(head * size, size);
                var mean = 0f;
                for (var j = 0; j < length; j++)
                {
                    var value = qkv.Row(first + j).Slice((2 * width) + (head * size), size);
                    slopes[j] = SumOfProducts(gradient, value);
                    mean += slopes[j] * row[j];
                    AddScaled(qkv.GradientRow(first + j).Slice((2 * width) + (head * size), size), gradient, row[j]);
                }

                var query = qkv.Row(first + i).Slice(head * size, size);
                var queryGradient = qkv.GradientRow(first + i).Slice(head * size, size);
                for (var j = 0; j < length; j++)
                {
                    var slope = row[j] * (slopes[j] - mean);
                    bias.Gradients[(head * bias.Columns) + Distance(j - i)] += slope;
                    AddScaled(queryGradient, qkv.Row(first + j).Slice(width + (head * size), size), slope * scale);
                    AddScaled(qkv.GradientRow(first + j).Slice(width + (head * size), size), query, slope * scale);
                }
            }
        }

        int Distance(int distance)
        {
            var reach = bias.Columns / 2;
            return Math.Clamp(distance, -reach, reach) + reach;
        }
    }

    /// <summary>
    /// The cross entropy of a choice with a target, summed over rows and weighted; it is added to the derivatives of the logits at once.
    /// </summary>
    /// <param name="logits">Scores; a row for each choice.</param>
    /// <param name="first">The column of the first class.</param>
    /// <param name="count">How many classes.</param>
    /// <param name="targets">For each row the class that is right; less than 0: the row does not count.</param>
    /// <param name="weight">What each row counts.</param>
    /// <param name="smoothing">The share of the target that is spread evenly over all classes.</param>
    /// <returns>The loss.</returns>
    public static double CrossEntropy(this Tape tape, Matrix logits, int first, int count, ReadOnlySpan<int> targets, float weight, float smoothing)
    {
        Span<float> chances = stackalloc float[count];
        var loss = 0.0;
        for (var row = 0; row < logits.Rows; row++)
        {
            var target = targets[row];
            if (target < 0) continue;
            logits.Row(row).Slice(first, count).CopyTo(chances);
            SoftMax(chances);
            var gradients = tape.Records ? logits.GradientRow(row).Slice(first, count) : default;
            for (var i = 0; i < count; i++)
            {
                var wanted = (smoothing / count) + (i == target ? 1 - smoothing : 0);
                if (wanted > 0) loss -= weight * wanted * Math.Log(Math.Max(chances[i], 1e-30f));
                if (tape.Records) gradients[i] += weight * (chances[i] - wanted);
            }
        }

        return loss;
    }

    /// <summary>Scores to probabilities that sum to 1.</summary>
    public static void SoftMax(Span<float> row)
    {
        var greatest = float.NegativeInfinity;
        foreach (var value in row) greatest = Math.Max(greatest, value);
        var sum = 0f;
        for (var i = 0; i < row.Length; i++) sum += row[i] = MathF.Exp(row[i] - greatest);
        var scale = 1 / sum;
        for (var i = 0; i < row.Length; i++) row[i] *= scale;
    }

    private static void AddTo(Span<float> to, ReadOnlySpan<float> from) => TensorPrimitives.Add(to, from, to);

    private static void AddScaled(Span<float> to, ReadOnlySpan<float> from, float scale) => TensorPrimitives.FusedMultiplyAdd(from, scale, to, to);

    /// <summary>In 8 lanes whatever the machine's registers, so that all machines round alike.</summary>
    private static float SumOfProducts(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var lanes = System.Runtime.Intrinsics.Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= x.Length; i += 8)
        {
            lanes = System.Runtime.Intrinsics.Vector256.FusedMultiplyAdd(
                System.Runtime.Intrinsics.Vector256.Create(x.Slice(i, 8)), System.Runtime.Intrinsics.Vector256.Create(y.Slice(i, 8)), lanes);
        }

        var sum = 0f;
        for (var lane = 0; lane < 8; lane++) sum += lanes[lane];
        for (; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
