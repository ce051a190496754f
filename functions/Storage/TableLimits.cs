using Azure.Data.Tables;

namespace ShitOps.Storage;

/// <summary>
/// The limits of Azure Table storage (learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model,
/// …/performing-entity-group-transactions).
/// </summary>
public static class TableLimits
{
    /// <summary>A string or binary property, in bytes; strings are UTF-16.</summary>
    public const int MostPropertyBytes = 64 << 10;

    /// <summary>An entity, in bytes as <see cref="SizeOf(ITableEntity)"/> counts them.</summary>
    public const int MostEntityBytes = 1 << 20;

    /// <summary>Properties of an entity without PartitionKey, RowKey and Timestamp.</summary>
    public const int MostProperties = 252;

    /// <summary>A PartitionKey or a RowKey, in bytes of UTF-16.</summary>
    public const int MostKeyBytes = 1024;

    // What a transaction's request says about each entity beside its properties: parts, method, address, headers, keys.
    private const int RequestBytes = 1500;

    /// <summary>The size of an entity as Azure counts it: 4 bytes, the keys, and per property 8 bytes, its name, and its value; texts in UTF-16.</summary>
    public static long SizeOf(ITableEntity entity)
    {
        var size = 4L + (2 * (entity.PartitionKey.Length + entity.RowKey.Length));
        foreach (var (name, value) in Properties(entity)) size += 8 + (2 * name.Length) + SizeOf(value);
        return size;
    }

    /// <summary>Whether a transaction is within all limits.</summary>
    public static bool Fits(IReadOnlyList<TableTransactionAction> actions) => FaultOf(actions) is null;

    /// <summary>Checks a transaction.</summary>
    /// <exception cref="ArgumentException">Azure would refuse it; the message says why.</exception>
    public static void Require(IReadOnlyList<TableTransactionAction> actions)
    {
        if (FaultOf(actions) is { } fault) throw new ArgumentException($"Azure Table storage would refuse this: {fault}.", nameof(actions));
    }

    private static string? FaultOf(IReadOnlyList<TableTransactionAction> actions)
    {
        if (actions.Count is 0 or > AccountTable.MostActions) return $"{actions.Count} entities in a transaction; 1 to {AccountTable.MostActions} are allowed";
        var keys = new HashSet<string>(actions.Count, StringComparer.Ordinal);
        var (bytes, sent) = (0L, 0L);
        foreach (var (at, action) in actions.Index())
        {
            // Not its keys, which hold names of projects and tasks: messages go to logs and telemetry.
            var (entity, place) = (action.Entity, $"entity {at + 1}");
            if (entity.PartitionKey != actions[0].Entity.PartitionKey) return $"{place}: a transaction is of one PartitionKey";
            if (!keys.Add(entity.RowKey)) return $"{place}: an entity may be changed once in a transaction";
            if ((FaultOfKey(entity.PartitionKey) ?? FaultOfKey(entity.RowKey) ?? FaultOf(entity, out sent)) is { } fault) return $"{place}: {fault}";
            bytes += RequestBytes + sent;
        }

        return bytes > AccountTable.MostTransactionBytes ? $"a transaction of about {bytes} bytes; {AccountTable.MostTransactionBytes} are allowed" : null;
    }

    private static string? FaultOf(ITableEntity entity, out long sent)
    {
        (var count, sent) = (0, 0L);
        foreach (var (name, value) in Properties(entity))
        {
            count++;
            var size = value switch { string text => 2 * text.Length, byte[] bytes => bytes.Length, _ => 0 };
            if (size > MostPropertyBytes) return $"{name} has {size} bytes; a property may have {MostPropertyBytes}";

            // The SDK writes quotes, angle brackets and all that is not ASCII as \uXXXX.
            sent += (3 * name.Length) + 40 + (value switch { string text => 6L * text.Length, byte[] bytes => (4 * ((bytes.Length + 2L) / 3)), _ => 40 });
        }

        if (count > MostProperties) return $"{count} properties; an entity may have {MostProperties}";
        var entitySize = SizeOf(entity);
        return entitySize > MostEntityBytes ? $"{entitySize} bytes; an entity may have {MostEntityBytes}" : null;
    }

    private static string? FaultOfKey(string key)
    {
        if (2 * key.Length > MostKeyBytes) return $"a key of {2 * key.Length} bytes; {MostKeyBytes} are allowed";
        return key.AsSpan().IndexOfAny("/\\#?") >= 0 || key.Any(char.IsControl) ? "a key must not have / \\ # ? or control characters" : null;
    }

    private static IEnumerable<KeyValuePair<string, object>> Properties(ITableEntity entity) =>
        ((TableEntity)entity).Where(property => property.Value is not null && property.Key is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag"));

    private static int SizeOf(object value) => value switch
    {
        string text => (2 * text.Length) + 4,
        byte[] bytes => bytes.Length + 4,
        bool => 1,
        int => 4,
        long or double or DateTimeOffset or DateTime => 8,
        Guid => 16,
        _ => throw new ArgumentException($"a property cannot be a {value.GetType().Name}", nameof(value)),
    };
}
