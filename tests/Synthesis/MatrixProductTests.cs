using ShitOps.Synthesis.Tensors;

namespace ShitOps.Tests.Synthesis;

public sealed class MatrixProductTests
{
    [Fact]
    public void All_paths_give_the_same_bits_for_any_shape()
    {
        var random = new Random(1);
        for (var run = 0; run < 300; run++)
        {
            var (rows, inner, columns) = (random.Next(1, 40), random.Next(1, 70), random.Next(1, 90));
            var a = Numbers(random, rows * inner);
            var b = Numbers(random, inner * columns);
            var start = Numbers(random, rows * columns);
            var results = new[] { ProductPath.Scalar, ProductPath.Vector256, ProductPath.Vector512 }.Select(path =>
            {
                var c = start.ToArray();
                MatrixProduct.AddTo(c, a, b, rows, inner, columns, path);
                return c.Select(BitConverter.SingleToInt32Bits).ToArray();
            }).ToArray();

            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
    }

    [Fact]
    public void A_product_is_the_sum_of_products()
    {
        var random = new Random(2);
        const int Rows = 37;
        const int Inner = 53;
        const int Columns = 71;
        var a = Numbers(random, Rows * Inner);
        var b = Numbers(random, Inner * Columns);
        var c = new float[Rows * Columns];

        MatrixProduct.AddTo(c, a, b, Rows, Inner, Columns);

        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var expected = Enumerable.Range(0, Inner).Sum(k => (double)a[(row * Inner) + k] * b[(k * Columns) + column]);
                Assert.Equal(expected, c[(row * Columns) + column], 1e-4);
            }
        }
    }

    [Fact]
    public void A_transpose_exchanges_rows_and_columns()
    {
        var from = Numbers(new Random(3), 37 * 18);
        var to = new float[from.Length];

        MatrixProduct.Transpose(to, from, 37, 18);

        for (var row = 0; row < 37; row++)
        {
            for (var column = 0; column < 18; column++) Assert.Equal(from[(row * 18) + column], to[(column * 37) + row]);
        }
    }

    [Fact]
    public void Spans_that_are_too_short_are_refused() =>
        Assert.Throws<ArgumentException>(() => MatrixProduct.AddTo(new float[3], new float[4], new float[4], 2, 2, 2));

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
}
