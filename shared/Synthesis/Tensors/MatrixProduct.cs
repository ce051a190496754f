using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ShitOps.Synthesis.Tensors;

/// <summary>How wide the registers are that a product is computed with.</summary>
public enum ProductPath
{
    /// <summary>One number at a time.</summary>
    Scalar,

    /// <summary>8 numbers at a time.</summary>
    Vector256,

    /// <summary>16 numbers at a time.</summary>
    Vector512,
}

/// <summary>
/// Matrix products. All paths give the same bits: each element is summed from the first term to the last with fused multiply-add, and
/// registers hold neighbouring elements, never parts of one sum. So a training run is the same on every machine.
/// </summary>
public static class MatrixProduct
{
    /// <summary>The widest path that this machine runs in hardware.</summary>
    public static ProductPath Widest { get; } =
        Vector512.IsHardwareAccelerated ? ProductPath.Vector512
        : Vector256.IsHardwareAccelerated ? ProductPath.Vector256
        : ProductPath.Scalar;

    /// <summary>c += a b, where a is rows × inner, b is inner × columns and c is rows × columns, each row after row.</summary>
    public static void AddTo(Span<float> c, ReadOnlySpan<float> a, ReadOnlySpan<float> b, int rows, int inner, int columns) =>
        AddTo(c, a, b, rows, inner, columns, Widest);

    /// <summary>As the other, by the path that is stated.</summary>
    /// <exception cref="ArgumentException">A span is too short for its matrix.</exception>
    public static void AddTo(Span<float> c, ReadOnlySpan<float> a, ReadOnlySpan<float> b, int rows, int inner, int columns, ProductPath path)
    {
        if (c.Length < rows * columns || a.Length < rows * inner || b.Length < inner * columns)
        {
            throw new ArgumentException($"A product of {rows} × {inner} and {inner} × {columns} needs longer spans.", nameof(c));
        }

        ref var c0 = ref MemoryMarshal.GetReference(c);
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        var column = 0;
        if (path == ProductPath.Vector512) column = ByVectors512(ref c0, ref a0, ref b0, rows, inner, columns, column);
        if (path >= ProductPath.Vector256) column = ByVectors256(ref c0, ref a0, ref b0, rows, inner, columns, column);
        ByScalars(ref c0, ref a0, ref b0, rows, inner, columns, column);
    }

    /// <summary>to = from with rows and columns exchanged; from is rows × columns.</summary>
    public static void Transpose(Span<float> to, ReadOnlySpan<float> from, int rows, int columns)
    {
        const int Block = 16;
        for (var row = 0; row < rows; row += Block)
        {
            for (var column = 0; column < columns; column += Block)
            {
                var lastRow = Math.Min(row + Block, rows);
                var lastColumn = Math.Min(column + Block, columns);
                for (var i = row; i < lastRow; i++)
                {
                    for (var j = column; j < lastColumn; j++) to[(j * rows) + i] = from[(i * columns) + j];
                }
            }
        }
    }

    private static int ByVectors512(ref float c, ref float a, ref float b, int rows, int inner, int columns, int column)
    {
        for (; column + 32 <= columns; column += 32)
        {
            var row = 0;
            for (; row + 4 <= rows; row += 4) Tile4x32(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns);
            for (; row < rows; row++) Tile1x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns, 2);
        }

        for (; column + 16 <= columns; column += 16)
        {
            for (var row = 0; row < rows; row++) Tile1x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns, 1);
        }

        return column;
    }

    private static void Tile4x32(ref float c, ref float a, ref float b, int inner, int columns)
    {
        ref var c1 = ref At(ref c, columns);
        ref var c2 = ref At(ref c1, columns);
        ref var c3 = ref At(ref c2, columns);
        var s00 = Vector512.LoadUnsafe(ref c);
        var s01 = Vector512.LoadUnsafe(ref c, 16);
        var s10 = Vector512.LoadUnsafe(ref c1);
        var s11 = Vector512.LoadUnsafe(ref c1, 16);
        var s20 = Vector512.LoadUnsafe(ref c2);
        var s21 = Vector512.LoadUnsafe(ref c2, 16);
        var s30 = Vector512.LoadUnsafe(ref c3);
        var s31 = Vector512.LoadUnsafe(ref c3, 16);
        for (var k = 0; k < inner; k++)
        {
            var b0 = Vector512.LoadUnsafe(ref b);
            var b1 = Vector512.LoadUnsafe(ref b, 16);
            var a0 = Vector512.Create(At(ref a, k));
            s00 = Vector512.FusedMultiplyAdd(a0, b0, s00);
            s01 = Vector512.FusedMultiplyAdd(a0, b1, s01);
            var a1 = Vector512.Create(At(ref a, inner + k));
            s10 = Vector512.FusedMultiplyAdd(a1, b0, s10);
            s11 = Vector512.FusedMultiplyAdd(a1, b1, s11);
            var a2 = Vector512.Create(At(ref a, (2 * inner) + k));
            s20 = Vector512.FusedMultiplyAdd(a2, b0, s20);
            s21 = Vector512.FusedMultiplyAdd(a2, b1, s21);
            var a3 = Vector512.Create(At(ref a, (3 * inner) + k));
            s30 = Vector512.FusedMultiplyAdd(a3, b0, s30);
            s31 = Vector512.FusedMultiplyAdd(a3, b1, s31);
            b = ref At(ref b, columns);
        }

        s00.StoreUnsafe(ref c);
        s01.StoreUnsafe(ref c, 16);
        s10.StoreUnsafe(ref c1);
        s11.StoreUnsafe(ref c1, 16);
        s20.StoreUnsafe(ref c2);
        s21.StoreUnsafe(ref c2, 16);
        s30.StoreUnsafe(ref c3);
        s31.StoreUnsafe(ref c3, 16);
    }

    private static void Tile1x16(ref float c, ref float a, ref float b, int inner, int columns, int tiles)
    {
        for (var tile = 0; tile < tiles; tile++)
        {
            ref var to = ref At(ref c, tile * 16);
            ref var right = ref At(ref b, tile * 16);
            var sum = Vector512.LoadUnsafe(ref to);
            for (var k = 0; k < inner; k++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref a, k)), Vector512.LoadUnsafe(ref right), sum);
                right = ref At(ref right, columns);
            }

            sum.StoreUnsafe(ref to);
        }
    }

    private static int ByVectors256(ref float c, ref float a, ref float b, int rows, int inner, int columns, int column)
    {
        for (; column + 16 <= columns; column += 16)
        {
            var row = 0;
            for (; row + 4 <= rows; row += 4) Tile4x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns);
            for (; row < rows; row++) Tile1x8(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns, 2);
        }

        for (; column + 8 <= columns; column += 8)
        {
            for (var row = 0; row < rows; row++) Tile1x8(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref At(ref b, column), inner, columns, 1);
        }

        return column;
    }

    private static void Tile4x16(ref float c, ref float a, ref float b, int inner, int columns)
    {
        ref var c1 = ref At(ref c, columns);
        ref var c2 = ref At(ref c1, columns);
        ref var c3 = ref At(ref c2, columns);
        var s00 = Vector256.LoadUnsafe(ref c);
        var s01 = Vector256.LoadUnsafe(ref c, 8);
        var s10 = Vector256.LoadUnsafe(ref c1);
        var s11 = Vector256.LoadUnsafe(ref c1, 8);
        var s20 = Vector256.LoadUnsafe(ref c2);
        var s21 = Vector256.LoadUnsafe(ref c2, 8);
        var s30 = Vector256.LoadUnsafe(ref c3);
        var s31 = Vector256.LoadUnsafe(ref c3, 8);
        for (var k = 0; k < inner; k++)
        {
            var b0 = Vector256.LoadUnsafe(ref b);
            var b1 = Vector256.LoadUnsafe(ref b, 8);
            var a0 = Vector256.Create(At(ref a, k));
            s00 = Vector256.FusedMultiplyAdd(a0, b0, s00);
            s01 = Vector256.FusedMultiplyAdd(a0, b1, s01);
            var a1 = Vector256.Create(At(ref a, inner + k));
            s10 = Vector256.FusedMultiplyAdd(a1, b0, s10);
            s11 = Vector256.FusedMultiplyAdd(a1, b1, s11);
            var a2 = Vector256.Create(At(ref a, (2 * inner) + k));
            s20 = Vector256.FusedMultiplyAdd(a2, b0, s20);
            s21 = Vector256.FusedMultiplyAdd(a2, b1, s21);
            var a3 = Vector256.Create(At(ref a, (3 * inner) + k));
            s30 = Vector256.FusedMultiplyAdd(a3, b0, s30);
            s31 = Vector256.FusedMultiplyAdd(a3, b1, s31);
            b = ref At(ref b, columns);
        }

        s00.StoreUnsafe(ref c);
        s01.StoreUnsafe(ref c, 8);
        s10.StoreUnsafe(ref c1);
        s11.StoreUnsafe(ref c1, 8);
        s20.StoreUnsafe(ref c2);
        s21.StoreUnsafe(ref c2, 8);
        s30.StoreUnsafe(ref c3);
        s31.StoreUnsafe(ref c3, 8);
    }

    private static void Tile1x8(ref float c, ref float a, ref float b, int inner, int columns, int tiles)
    {
        for (var tile = 0; tile < tiles; tile++)
        {
            ref var to = ref At(ref c, tile * 8);
            ref var right = ref At(ref b, tile * 8);
            var sum = Vector256.LoadUnsafe(ref to);
            for (var k = 0; k < inner; k++)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(At(ref a, k)), Vector256.LoadUnsafe(ref right), sum);
                right = ref At(ref right, columns);
            }

            sum.StoreUnsafe(ref to);
        }
    }

    private static void ByScalars(ref float c, ref float a, ref float b, int rows, int inner, int columns, int column)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var j = column; j < columns; j++)
            {
                var sum = At(ref c, (row * columns) + j);
                for (var k = 0; k < inner; k++) sum = MathF.FusedMultiplyAdd(At(ref a, (row * inner) + k), At(ref b, (k * columns) + j), sum);
                At(ref c, (row * columns) + j) = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float At(ref float origin, int index) => ref Unsafe.Add(ref origin, index);
}
