using System.Globalization;
using System.Text.Json;

namespace ShitOps.Costs;

/// <summary>Prices of one region on one day, from a file that its user edits.</summary>
/// <param name="Currency">Such as USD.</param>
/// <param name="Region">Where they hold.</param>
/// <param name="Date">On which day they were looked up.</param>
/// <param name="Checked">Whether its user has compared them with the present ones.</param>
/// <param name="Prices">By name, for one unit.</param>
public sealed record PriceList(string Currency, string Region, DateOnly Date, bool Checked, IReadOnlyDictionary<string, Price> Prices)
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">It is no price list; the message says what was expected and where.</exception>
    public static PriceList Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            var prices = new Dictionary<string, Price>(StringComparer.Ordinal);
            foreach (var one in Required(root, "prices", JsonValueKind.Object).EnumerateObject()) prices[one.Name] = ParsePrice(one);
            var date = Required(root, "date", JsonValueKind.String).GetString();
            return new PriceList(
                Required(root, "currency", JsonValueKind.String).GetString()!,
                Required(root, "region", JsonValueKind.String).GetString()!,
                DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new FormatException($"date: expected a day such as 2026-01-31, found \"{date}\""),
                root.TryGetProperty("checked", out var isChecked) && isChecked.ValueKind == JsonValueKind.True,
                prices);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"expected JSON: {fault.Message}", fault);
        }
    }

    /// <summary>The price of a name.</summary>
    /// <exception cref="FormatException">The list has none.</exception>
    public Price this[string name] => Prices.TryGetValue(name, out var price) ? price : throw new FormatException($"prices: expected a price \"{name}\", found none");

    private static Price ParsePrice(JsonProperty one)
    {
        if (one.Value.ValueKind != JsonValueKind.Object) throw new FormatException($"prices.{one.Name}: expected an object with price, per and unit");
        return new Price(Number("price", least: 0), Number("per", least: null), Required(one.Value, "unit", JsonValueKind.String, $"prices.{one.Name}.").GetString()!);

        decimal Number(string name, decimal? least)
        {
            var element = Required(one.Value, name, JsonValueKind.Number, $"prices.{one.Name}.");
            return element.TryGetDecimal(out var number) && (least is { } from ? number >= from : number > 0)
                ? number
                : throw new FormatException($"prices.{one.Name}.{name}: expected a number {(least is null ? "above 0" : "from 0")}, found {element}");
        }
    }

    private static JsonElement Required(JsonElement parent, string name, JsonValueKind kind, string path = "") =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var found) && found.ValueKind == kind
            ? found
            : throw new FormatException($"{path}{name}: expected {(kind == JsonValueKind.Object ? "an object" : $"a {kind.ToString().ToLowerInvariant()}")}, found {(parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var other) ? other.ToString() : "none")}");
}

/// <summary>The price of <paramref name="Per"/> units.</summary>
/// <param name="Amount">In the list's currency, from 0.</param>
/// <param name="Per">For how many units, above 0, such as 10,000 transactions.</param>
/// <param name="Unit">What is counted.</param>
public readonly record struct Price(decimal Amount, decimal Per, string Unit)
{
    /// <summary>What so many units cost.</summary>
    public decimal Of(decimal units) => units / Per * Amount;
}
