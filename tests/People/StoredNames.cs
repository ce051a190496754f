using Azure.Data.Tables;

namespace ShitOps.Tests.People;

/// <summary>The whole table <c>people</c>.</summary>
internal static class StoredNames
{
    /// <summary>The names by person id.</summary>
    public static async Task<Dictionary<string, string>> ReadAsync(string connectionString)
    {
        var names = new Dictionary<string, string>();
        await foreach (var entity in new TableClient(connectionString, "people").QueryAsync<TableEntity>()) names[entity.RowKey] = entity.GetString("Name");
        return names;
    }
}
