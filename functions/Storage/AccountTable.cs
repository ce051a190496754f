using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace ShitOps.Storage;

/// <summary>
/// A table that is made when it is first used, and made again after it was deleted. It checks the limits that Azure has and that neither
/// the SDK nor Azurite checks: what it refuses here would be refused there for ever.
/// </summary>
public sealed class AccountTable(TableClient table)
{
    /// <summary>Under this key of an exception's data stand the keys of a row that cannot be read; its message, which goes to logs, does not have them.</summary>
    public const string UnreadableRow = "Row";

    /// <summary>How many entities one transaction may change.</summary>
    public const int MostActions = 100;

    /// <summary>How large a transaction may be, in bytes.</summary>
    public const int MostTransactionBytes = 4 << 20;

    /// <summary>How many entities one request gives at most.</summary>
    public const int MostOfAPage = 1000;

    private volatile bool _exists;

    /// <summary>Its name in the account.</summary>
    public string Name => table.Name;

    /// <summary>Changes entities of one PartitionKey all together or not at all.</summary>
    /// <param name="actions">1 to <see cref="MostActions"/>, each of another RowKey.</param>
    /// <param name="cancellationToken">Stops it; then it may have happened or not.</param>
    /// <returns>The new ETags, in the order of the actions; null: an entity is not as its action expects (another has changed, made or deleted it), and nothing happened.</returns>
    /// <exception cref="ArgumentException">It is beyond a limit of Azure.</exception>
    /// <exception cref="RequestFailedException">Storage is down or refuses.</exception>
    /// <remarks>That a transaction of our own whose answer was lost looks like a conflict is for the caller to find out by reading again.</remarks>
    public async Task<IReadOnlyList<ETag>?> SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellationToken)
    {
        TableLimits.Require(actions);
        try
        {
            await EnsureExistsAsync(cancellationToken);
            var answers = await table.SubmitTransactionAsync(actions, cancellationToken);
            return [.. answers.Value.Select(answer => answer.Headers.ETag ?? default)];
        }
        catch (RequestFailedException fault) when (IsConflict(fault))
        {
            return null;
        }
        catch (RequestFailedException missing) when (IsTableGone(missing))
        {
            _exists = false;
            throw;
        }
    }

    /// <summary>One entity, or null if it is not there.</summary>
    public async Task<TableEntity?> GetAsync(string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Deletes an entity, if it is there.</summary>
    public async Task DeleteAsync(string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        await EnsureExistsAsync(cancellationToken);
        await table.DeleteEntityAsync(partitionKey, rowKey, ETag.All, cancellationToken);
    }

    /// <summary>Every entity that an OData filter lets through, in the order of PartitionKey and RowKey.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="firstPage">How many the first request asks for, where few may do; those after it ask for <see cref="MostOfAPage"/>. Null: so does the first.</param>
    /// <param name="select">Only these properties of them; null: all.</param>
    public async IAsyncEnumerable<TableEntity> QueryAsync(string filter, [EnumeratorCancellation] CancellationToken cancellationToken, int? firstPage = null, string[]? select = null)
    {
        await EnsureExistsAsync(cancellationToken);
        string? rest = null;
        if (firstPage < MostOfAPage)
        {
            await foreach (var page in table.QueryAsync<TableEntity>(filter, firstPage, select, cancellationToken).AsPages())
            {
                foreach (var entity in page.Values) yield return entity;
                rest = page.ContinuationToken;
                break;
            }

            if (rest is null) yield break;
        }

        await foreach (var page in table.QueryAsync<TableEntity>(filter, maxPerPage: null, select, cancellationToken).AsPages(rest))
            foreach (var entity in page.Values) yield return entity;
    }

    private async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        if (_exists) return;
        await table.CreateIfNotExistsAsync(cancellationToken);
        _exists = true;
    }

    private static bool IsConflict(RequestFailedException fault) =>
        fault.Status == 412 || fault.ErrorCode == TableErrorCode.EntityAlreadyExists || (fault.Status == 404 && fault.ErrorCode == TableErrorCode.ResourceNotFound);

    private static bool IsTableGone(RequestFailedException fault) => fault.Status == 404 && fault.ErrorCode == TableErrorCode.TableNotFound;
}
