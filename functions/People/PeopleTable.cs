using Azure.Data.Tables;

namespace ShitOps.People;

/// <summary>The layout of the table <c>people</c>: RowKey = person id, and <c>Name</c>; or <c>Erased</c>, since when the person must have no name here any more.</summary>
internal static class PeopleTable
{
    public const string Name = "people";
    public const string PartitionKey = "people";
    public const string NameProperty = "Name";

    private const string ErasedProperty = "Erased";

    /// <summary>The entity of somebody with a name.</summary>
    public static TableEntity Named(string id, string name) => new(PartitionKey, id) { [NameProperty] = name };

    /// <summary>The entity of somebody who was erased. It stays, so that no later event brings the name back.</summary>
    public static TableEntity Erased(string id, DateTimeOffset at) => new(PartitionKey, id) { [ErasedProperty] = at };

    /// <summary>The name of an entity; null: the person was erased.</summary>
    public static string? NameOf(TableEntity entity) => entity.GetString(NameProperty);

    /// <summary>When the person was erased; null: not at all.</summary>
    public static DateTimeOffset? ErasedAt(TableEntity entity) => entity.GetDateTimeOffset(ErasedProperty);
}
