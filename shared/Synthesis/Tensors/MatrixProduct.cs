using System.Buffers;
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
/// registers hold neighbouring elements, never parts of one sum. So a training run does not depend on them.
/// </summary>
public static class MatrixProduct
{
    private const int WidestStrip = 32;

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

        // A strip of b side by side stays in the first cache while all rows of a pass over it.
        var strip = path == ProductPath.Scalar ? [] : ArrayPool<float>.Shared.Rent(Math.Max(inner, 1) * WidestStrip);
        ref var c0 = ref MemoryMarshal.GetReference(c);
        ref var a0 = ref MemoryMarshal.GetReference(a);
        ref var b0 = ref MemoryMarshal.GetReference(b);
        ref var strip0 = ref MemoryMarshal.GetArrayDataReference(strip);
        var column = 0;
        if (path == ProductPath.Vector512) column = ByVectors512(ref c0, ref a0, b, ref strip0, strip, rows, inner, columns, column);
        if (path >= ProductPath.Vector256) column = ByVectors256(ref c0, ref a0, b, ref strip0, strip, rows, inner, columns, column);
        ByScalars(ref c0, ref a0, ref b0, rows, inner, columns, column);
        if (path != ProductPath.Scalar) ArrayPool<float>.Shared.Return(strip);
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

    private static int ByVectors512(
        ref float c, ref float a, ReadOnlySpan<float> b, ref float strip, Span<float> buffer, int rows, int inner, int columns, int column)
    {
        for (; column + 32 <= columns; column += 32)
        {
            CopyStrip(buffer, b, inner, columns, column, 32);
            var row = 0;
            for (; row + 4 <= rows; row += 4) Tile4x32(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, columns);
            for (; row < rows; row++)
            {
                Tile1x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, 32);
                Tile1x16(ref At(ref c, (row * columns) + column + 16), ref At(ref a, row * inner), ref At(ref strip, 16), inner, 32);
            }
        }

        for (; column + 16 <= columns; column += 16)
        {
            CopyStrip(buffer, b, inner, columns, column, 16);
            for (var row = 0; row < rows; row++) Tile1x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, 16);
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
            b = ref At(ref b, 32);
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

    private static void Tile1x16(ref float c, ref float a, ref float b, int inner, int width)
    {
        var sum = Vector512.LoadUnsafe(ref c);
        for (var k = 0; k < inner; k++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(At(ref a, k)), Vector512.LoadUnsafe(ref b), sum);
            b = ref At(ref b, width);
        }

        sum.StoreUnsafe(ref c);
    }

    private static int ByVectors256(
        ref float c, ref float a, ReadOnlySpan<float> b, ref float strip, Span<float> buffer, int rows, int inner, int columns, int column)
    {
        for (; column + 16 <= columns; column += 16)
        {
            CopyStrip(buffer, b, inner, columns, column, 16);
            var row = 0;
            for (; row + 4 <= rows; row += 4) Tile4x16(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, columns);
            for (; row < rows; row++)
            {
                Tile1x8(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, 16);
                Tile1x8(ref At(ref c, (row * columns) + column + 8), ref At(ref a, row * inner), ref At(ref strip, 8), inner, 16);
            }
        }

        for (; column + 8 <= columns; column += 8)
        {
            CopyStrip(buffer, b, inner, columns, column, 8);
            for (var row = 0; row < rows; row++) Tile1x8(ref At(ref c, (row * columns) + column), ref At(ref a, row * inner), ref strip, inner, 8);
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
            b = ref At(ref b, 16);
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

    private static void Tile1x8(ref float c, ref float a, ref float b, int inner, int width)
    {
        var sum = Vector256.LoadUnsafe(ref c);
        for (var k = 0; k < inner; k++)
        {
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(At(ref a, k)), Vector256.LoadUnsafe(ref b), sum);
            b = ref At(ref b, width);
        }

        sum.StoreUnsafe(ref c);
    }

    private static void CopyStrip(Span<float> strip, ReadOnlySpan<float> b, int inner, int columns, int column, int width)
    {
        for (var k = 0; k < inner; k++) b.Slice((k * columns) + column, width).CopyTo(strip[(k * width)..]);
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
