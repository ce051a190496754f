namespace ShitOps.Local.Broker.Apis;

/// <summary>
/// Transactions are refused as unauthorized: of Kafka's errors the one that clients report at once and do not try again.
/// </summary>
internal static class Transactions
{
    public const string Refusal = "This development broker has no transactions.";
}
