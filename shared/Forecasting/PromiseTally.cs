namespace ShitOps.Forecasting;

/// <summary>How often promises of a kind have held.</summary>
/// <param name="Weeks">The horizon of items; 0: completions.</param>
/// <param name="Settled">How many at odds of 50% are settled.</param>
/// <param name="Held50">How many of them held.</param>
/// <param name="Held85">How many of those at 85% held.</param>
/// <param name="Held95">How many of those at 95% held.</param>
/// <param name="Errors">The sum of known errors.</param>
/// <param name="Known">How many errors are known.</param>
public sealed record PromiseTally(int Weeks, int Settled, int Held50, int Held85, int Held95, double Errors, int Known)
{
    // Not stated: as many as of the others, as it is with items.
    private readonly int? _settled85;
    private readonly int? _settled95;

    /// <summary>How many at odds of 85% are settled; of completions fewer, since their dates are later.</summary>
    public int Settled85
    {
        get => _settled85 ?? Settled;
        init => _settled85 = value;
    }

    /// <summary>How many at odds of 95% are settled.</summary>
    public int Settled95
    {
        get => _settled95 ?? Settled;
        init => _settled95 = value;
    }

    /// <summary>What was promised, as rows and labels have it: <c>items</c> or <c>completion</c>.</summary>
    public string Word() => Weeks == 0 ? "completion" : "items";

    /// <summary>None yet.</summary>
    /// <param name="weeks">The horizon of items; 0: completions.</param>
    public static PromiseTally Of(int weeks) => new(weeks, 0, 0, 0, 0, 0, 0);

    /// <summary>The tally with one more.</summary>
    public PromiseTally With(SettledPromise one) => With(new PromiseTally(Weeks, One(one.Held50 is not null), One(one.Held50), One(one.Held85), One(one.Held95), one.Error ?? 0, One(one.Error is not null))
    {
        Settled85 = One(one.Held85 is not null), Settled95 = One(one.Held95 is not null),
    });

    /// <summary>Both together.</summary>
    public PromiseTally With(PromiseTally other) => new(
        Weeks, Settled + other.Settled, Held50 + other.Held50, Held85 + other.Held85, Held95 + other.Held95, Errors + other.Errors, Known + other.Known)
    {
        Settled85 = Settled85 + other.Settled85, Settled95 = Settled95 + other.Settled95,
    };

    private static int One(bool? counts) => counts == true ? 1 : 0;
}
