using ShitOps.Planning;
using ShitOps.Synthesis.Words;

namespace ShitOps.Synthesis.Names;

/// <summary>A name in a question, and what it may be.</summary>
/// <param name="Start">Its first token.</param>
/// <param name="End">Behind its last token.</param>
/// <param name="Field">What it is.</param>
/// <param name="Keys">The keys that it may stand for; more than one if it is not certain which.</param>
/// <param name="Distance">How many letters differ from the name in the catalogue.</param>
/// <param name="IsCertain">Whether it could be nothing else.</param>
public sealed record NameMention(int Start, int End, QueryField Field, IReadOnlyList<string> Keys, int Distance, bool IsCertain);

/// <summary>Finds the names of the catalogue, and the keys of tasks, in a question.</summary>
public static class NameReader
{
    /// <summary>
    /// The names in their order; none overlaps another, nor a token that is taken. The longest come first, and exact ones before near ones.
    /// </summary>
    /// <param name="tokens">The question.</param>
    /// <param name="index">The catalogue.</param>
    /// <param name="isTaken">For each token whether it is something else already, such as a time; those become true that a name stands on.</param>
    public static List<NameMention> Read(IReadOnlyList<QuestionToken> tokens, NameIndex index, bool[] isTaken)
    {
        var reading = new Reading(tokens, index, isTaken);
        reading.ReadExact();
        reading.ReadTaskKeys();
        reading.ReadNear();
        reading.SettleByNeighbours();
        return [.. reading.Found.OrderBy(mention => mention.Start)];
    }

    private sealed class Reading(IReadOnlyList<QuestionToken> tokens, NameIndex index, bool[] isTaken)
    {
        private readonly bool _isShouted = !tokens.Any(token => token.Text.Any(char.IsLower));

        private readonly Dictionary<int, IReadOnlyList<CatalogueEntry>> _entries = [];
        private readonly HashSet<int> _isCued = [];

        public List<NameMention> Found { get; } = [];

        public void ReadExact()
        {
            for (var words = NameIndex.MostWords; words >= 1; words--)
            {
                for (var start = 0; start < tokens.Count; start++)
                {
                    if (!TryWindow(start, words, out var end, out var concatenation)) continue;
                    var entries = index.Exact(concatenation);
                    if (entries.Count > 0) Take(start, end, concatenation, entries, 0);
                }
            }
        }

        public void ReadNear()
        {
            var candidates = new List<(int Start, int End, string Concatenation, List<CatalogueEntry> Entries, int Distance)>();
            for (var words = NameIndex.MostWords; words >= 1; words--)
            {
                for (var start = 0; start < tokens.Count; start++)
                {
                    if (!TryWindow(start, words, out var end, out var concatenation)) continue;
                    if (Enumerable.Range(start, end - start).All(at => tokens[at].Sort != TokenSort.Word || ReservedWords.Contains(tokens[at].Folded))) continue;

                    // A number is never a slip of the hand: Sprint 15 is not Sprint 14.
                    var near = index.Near(concatenation, out var distance).Where(entry => Digits(NameIndex.Concatenated(entry.Key)) == Digits(concatenation)).ToList();
                    near.RemoveAll(entry => ReservedWords.ContainsPhrase(NameIndex.Concatenated(entry.Key)));
                    if (near.Count > 0 && distance > 0 && !(words == 1 && ReservedWords.HasNear(concatenation, distance))) candidates.Add((start, end, concatenation, near, distance));
                }
            }

            foreach (var (start, end, concatenation, entries, distance) in candidates.OrderBy(candidate => candidate.Distance))
            {
                if (!Enumerable.Range(start, end - start).Any(at => isTaken[at])) Take(start, end, concatenation, entries, distance);
            }

            static string Digits(string name) => string.Concat(name.Where(char.IsDigit));
        }

        /// <summary>A name that may be of several fields is of the one that the name joined to it is of: "teams payments and search".</summary>
        public void SettleByNeighbours()
        {
            Found.Sort((x, y) => x.Start.CompareTo(y.Start));
            for (var i = 1; i < Found.Count; i++) Settle(i, i - 1);
            for (var i = Found.Count - 2; i >= 0; i--) Settle(i, i + 1);
        }

        private void Settle(int at, int neighbour)
        {
            var (mention, other) = (Found[at], Found[neighbour]);
            if (mention.Field == other.Field || !_entries.TryGetValue(mention.Start, out var entries) || !_isCued.Contains(other.Start) || _isCued.Contains(mention.Start)) return;
            var (first, last) = mention.Start < other.Start ? (mention, other) : (other, mention);
            for (var between = first.End; between < last.Start; between++)
            {
                if (tokens[between].Folded is not ("and" or "or" or "," or "&" or "/" or "vs" or "versus" or "." or "with" or "to" or "the")) return;
            }

            var keys = entries.Where(entry => entry.Field == other.Field).Select(entry => entry.Key).ToList();
            if (keys.Count == 0) return;
            Found[at] = mention with { Field = other.Field, Keys = keys, IsCertain = keys.Count == 1 };
            _isCued.Add(mention.Start);
        }

        /// <summary>APOLLO-12, and owner/repository#12 or #12.</summary>
        public void ReadTaskKeys()
        {
            for (var at = 0; at < tokens.Count; at++)
            {
                if (isTaken[at] || tokens[at].Sort != TokenSort.Number || at == 0) continue;
                var start = at;
                if (tokens[at].IsGlued && tokens[at - 1].Folded == "-" && at >= 2 && tokens[at - 1].IsGlued && tokens[at - 2].Sort == TokenSort.Word) start = at - 2;
                else if (tokens[at].IsGlued && tokens[at - 1].Folded == "#")
                {
                    start = at - 1;
                    while (start > 0 && tokens[start].IsGlued && (tokens[start - 1].Sort is TokenSort.Word or TokenSort.Number || tokens[start - 1].Folded is "/" or "-" or "_" or ".")) start--;
                }

                if (start == at) continue;
                var prefix = Found.FirstOrDefault(mention => mention.Field == QueryField.Project && mention.Start >= start && mention.End <= at);
                if (prefix is null && Enumerable.Range(start, at - start).Any(part => isTaken[part])) continue;
                var key = string.Concat(Enumerable.Range(start, at + 1 - start).Select(part => tokens[part].Text));
                if (prefix is not null)
                {
                    Found.Remove(prefix);
                    key = prefix.Keys[0] + string.Concat(Enumerable.Range(prefix.End, at + 1 - prefix.End).Select(part => tokens[part].Text));
                }

                Add(new NameMention(start, at + 1, QueryField.Task, [key], 0, IsCertain: true));
            }
        }

        private void Take(int start, int end, string concatenation, IReadOnlyList<CatalogueEntry> entries, int distance)
        {
            var fields = entries.Select(entry => entry.Field).Distinct().OrderBy(Precedence).ToList();
            var cue = Cue(start, end, fields);
            if (distance == 0 && cue is null && IsOrdinary(start, end, concatenation, entries)) return;
            var field = cue ?? fields[0];
            var keys = entries.Where(entry => entry.Field == field).Select(entry => entry.Key).ToList();
            var isDocumented = field == QueryField.Project && fields.Count == 2 && fields[1] == QueryField.Team;
            if (cue is not null) _isCued.Add(start);
            _entries[start] = entries;
            Add(new NameMention(start, end, field, keys, distance, keys.Count == 1 && (fields.Count == 1 || cue is not null || isDocumented)));
        }

        private void Add(NameMention mention)
        {
            for (var at = mention.Start; at < mention.End; at++) isTaken[at] = true;
            Found.Add(mention);
        }

        /// <summary>Whether the words mean something in any question, so that a name is not meant by them without more.</summary>
        private bool IsOrdinary(int start, int end, string concatenation, IReadOnlyList<CatalogueEntry> entries)
        {
            var words = Enumerable.Range(start, end - start).Where(at => tokens[at].Sort is TokenSort.Word or TokenSort.Number).ToList();
            var isOrdinary = ReservedWords.ContainsPhrase(concatenation)
                || (words.TrueForAll(at => tokens[at].Sort == TokenSort.Number || ReservedWords.Contains(tokens[at].Folded))
                    && (words.Count == 1 || entries.All(entry => entry.Field == QueryField.Status)));
            if (concatenation.All(char.IsDigit)) return true;
            if (!isOrdinary || IsQuoted(start, end)) return false;

            // "Tasks of Will".
            if (start > 0 && words.Count == 1 && !_isShouted && char.IsUpper(tokens[start].Text[0]) && entries.All(entry => entry.Field == QueryField.Person)) return false;

            // Written as the catalogue has it, with capitals that a sentence would not have.
            var text = string.Concat(Enumerable.Range(start, end - start).Select(at => tokens[at].Text));
            var isInCase = !_isShouted && entries.Any(entry => entry.Key.Skip(1).Any(char.IsUpper) && string.Concat(entry.Key.Where(char.IsLetterOrDigit)) == text)
                && (concatenation.Length > 1);
            return !isInCase || ReservedWords.ContainsPhrase(concatenation) && entries.All(entry => entry.Field == QueryField.Status);
        }

        private bool IsQuoted(int start, int end) =>
            start > 0 && end < tokens.Count && tokens[start - 1].Folded is "\"" or "'" && tokens[end].Folded is "\"" or "'";

        /// <summary>Which of the fields a word beside the name says that it is; "the payments team", "project payments", "with status Done".</summary>
        private QueryField? Cue(int start, int end, List<QueryField> fields)
        {
            var before = start - 1;
            while (before >= 0 && tokens[before].Folded is "\"" or "'" or ":" or "=" or "named" or "called" or "the") before--;
            var after = end;
            while (after < tokens.Count && tokens[after].Folded is "\"" or "'") after++;
            if (before >= 0 && FieldOf(tokens[before].Folded) is { } said && fields.Contains(said)) return said;
            return after < tokens.Count && FieldOf(tokens[after].Folded) is { } saidAfter && fields.Contains(saidAfter) ? saidAfter : null;
        }

        private static QueryField? FieldOf(string word) => word switch
        {
            "team" or "teams" or "squad" or "squads" => QueryField.Team,
            "project" or "projects" => QueryField.Project,
            "status" or "statuses" or "column" or "state" => QueryField.Status,
            "milestone" or "milestones" or "sprint" or "sprints" or "version" or "release" => QueryField.Milestone,
            "type" or "types" or "kind" => QueryField.Type,
            _ => null,
        };

        private static int Precedence(QueryField field) => field switch
        {
            QueryField.Project => 0,
            QueryField.Team => 1,
            QueryField.Person => 2,
            QueryField.Milestone => 3,
            QueryField.Status => 4,
            _ => 5,
        };

        /// <summary>Some words in a row, with the hyphens between them; not on what is taken, and not beginning or ending with a sign.</summary>
        private bool TryWindow(int start, int words, out int end, out string concatenation)
        {
            (end, concatenation) = (start, string.Empty);
            var count = 0;
            for (var at = start; at < tokens.Count && count < words; at++)
            {
                if (isTaken[at]) return false;
                var token = tokens[at];
                if (token.Sort is TokenSort.Word or TokenSort.Number)
                {
                    concatenation += NameIndex.Concatenated(token.Text);
                    count++;
                    end = at + 1;
                }
                else if (count == 0 || token.Sort != TokenSort.Sign || token.Folded is not ("-" or "_" or "/" or "." or "&" or "'" or "#" or ":"))
                {
                    return false;
                }
            }

            // Neither "I'm" nor a half of it is a name; "Won't fix" and "We're live" may be.
            return count == words && Contractions.At(tokens, start) is null && Contractions.At(tokens, end - 1) is null && Contractions.At(tokens, end + 1) is null;
        }
    }
}
