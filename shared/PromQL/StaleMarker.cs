namespace ShitOps.PromQL;

/// <summary>
/// The NaN that says "from here on the series has no value", as Prometheus stores it. It is a signalling NaN, which no arithmetic yields:
/// so the engine uses it also for "no sample at this step".
/// </summary>
public static class StaleMarker
{
    private const long Bits = 0x7ff0000000000002;

    public static double Value => BitConverter.Int64BitsToDouble(Bits);

    public static bool Is(double value) => BitConverter.DoubleToInt64Bits(value) == Bits;
}
