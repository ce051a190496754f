using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Tests.Broker;

/// <summary>
/// Kafka's requests and responses, every version of them, in short. i8 i16 i32 i64 u (uuid) s ns (nullable string) b nb (bytes);
/// [..] an array of structures, (x) of plain values; @2 from version 2, @-4 up to 4, @2-4 both inclusive. In flexible versions lengths
/// are compact and every structure ends with tagged fields.
/// </summary>
internal sealed record Schema(ApiKey Key, int From, int To, int Flexible, string Request, string Response)
{
    public static readonly IReadOnlyList<Schema> All =
    [
        new(ApiKey.Produce, 3, 12, 9, "ns i16 i32 [s [i32 nb]]", "[s [i32 i16 i64 i64 i64@5 [i32 ns]@8 ns@8]] i32"),
        new(ApiKey.Fetch, 4, 16, 12,
            "i32@-14 i32 i32 i32 i8 i32@7 i32@7 [s@-12 u@13 [i32 i32@9 i64 i32@12 i64@5 i32]] [s@-12 u@13 (i32)]@7 s@11",
            "i32 i16@7 i32@7 [s@-12 u@13 [i32 i16 i64 i64 i64@5 [i64 i64] i32@11 nb]]"),
        new(ApiKey.ListOffsets, 1, 7, 6, "i32 i8@2 [s [i32 i32@4 i64]]", "i32@2 [s [i32 i16 i64 i64 i32@4]]"),
        new(ApiKey.Metadata, 0, 12, 9,
            "[u@10 s@-9 ns@10] i8@4 i8@8-10 i8@8",
            "i32@3 [i32 s i32 ns@1] ns@2 i32@1 [i16 ns u@10 i8@1 [i16 i32 i32 i32@7 (i32) (i32) (i32)@5] i32@8] i32@8-10"),
        new(ApiKey.OffsetCommit, 2, 9, 8, "s i32 s ns@7 i64@-4 [s [i32 i64 i32@6 ns]]", "i32@3 [s [i32 i16]]"),
        new(ApiKey.OffsetFetch, 1, 9, 6,
            "s@-7 [s (i32)]@-7 [s ns@9 i32@9 [s (i32)]]@8 i8@7",
            "i32@3 [s [i32 i64 i32@5 ns i16]]@-7 i16@2-7 [s [s [i32 i64 i32@5 ns i16]] i16]@8"),
        new(ApiKey.FindCoordinator, 0, 4, 3, "s@-3 i8@1 (s)@4", "i32@1 i16@-3 ns@1-3 i32@-3 s@-3 i32@-3 [s i32 s i32 i16 ns]@4"),
        new(ApiKey.JoinGroup, 0, 9, 6, "s i32 i32@1 s ns@5 s [s b] ns@8", "i32@2 i16 i32 ns@7 ns s i8@9 s [s ns@5 b]"),
        new(ApiKey.Heartbeat, 0, 4, 4, "s i32 s ns@3", "i32@1 i16"),
        new(ApiKey.LeaveGroup, 0, 5, 4, "s s@-2 [s ns ns@5]@3", "i32@1 i16 [s ns i16]@3"),
        new(ApiKey.SyncGroup, 0, 5, 4, "s i32 s ns@3 ns@5 ns@5 [s b]", "i32@1 i16 ns@5 ns@5 b"),
        new(ApiKey.DescribeGroups, 0, 5, 5, "(s) i8@3", "i32@1 [i16 s s s s [s ns@4 s s b b] i32@3]"),
        new(ApiKey.ListGroups, 0, 5, 3, "(s)@4 (s)@5", "i32@1 i16 [s s s@4 s@5]"),
        new(ApiKey.ApiVersions, 0, 3, 3, "s@3 s@3", "i16 [i16 i16 i16] i32@1"),
        new(ApiKey.CreateTopics, 0, 7, 5, "[s i32 i16 [i32 (i32)] [s ns]] i32 i8@1", "i32@2 [s u@7 i16 ns@1 i32@5 i16@5 [s ns i8 i8 i8]@5]"),
        new(ApiKey.DeleteTopics, 0, 6, 4, "(s)@-5 [ns u]@6 i32", "i32@1 [ns u@6 i16 ns@5]"),
        new(ApiKey.InitProducerId, 0, 5, 2, "ns i32 i64@3 i16@3", "i32 i16 i64 i16"),
        new(ApiKey.OffsetForLeaderEpoch, 2, 4, 4, "i32@3 [s [i32 i32 i32]]", "i32 [s [i16 i32 i32 i64]]"),
        new(ApiKey.DescribeConfigs, 0, 4, 4, "[i8 s (s)] i8@1 i8@3", "i32 [i16 ns i8 s [s ns i8 i8 i8 [s ns i8]@1 i8@3 ns@3]]"),
        new(ApiKey.CreatePartitions, 0, 3, 2, "[s i32 [(i32)]] i32 i8", "i32 [s i16 ns]"),
        new(ApiKey.DeleteGroups, 0, 2, 2, "(s)", "i32 [s i16]"),
    ];

    /// <summary>A request with values that mean something now and then, header included.</summary>
    public byte[] RandomRequest(int version, Random random)
    {
        var flexible = version >= Flexible;
        var wire = new Wire().Int16((short)Key).Int16(version).Int32(random.Next()).String("fuzz");
        if (flexible) wire.Int8(0);
        return wire.Append(new RandomValues(random, version, flexible).Structure(Fields.Parse(Request))).ToArray();
    }

    /// <summary>For every array of the request one with that array repeated to so many bytes; every string is the name, every other number 0.</summary>
    public IEnumerable<byte[]> Repetitions(int version, string name, int bytes)
    {
        var flexible = version >= Flexible;
        var fields = Fields.Parse(Request);
        foreach (var repeated in Arrays(fields))
        {
            var wire = new Wire().Int16((short)Key).Int16(version).Int32(1).String("fat");
            if (flexible) wire.Int8(0);
            yield return wire.Append(new RepeatedValues(repeated, version, flexible, name, bytes).Structure(fields)).ToArray();
        }

        IEnumerable<Field> Arrays(IEnumerable<Field> among) => among.Where(field => field.In(version)).SelectMany(field => Arrays(field.Inner).Concat(field.Type is "[" or "(" ? [field] : []));
    }

    /// <summary>Reads a whole response; fails unless it is exactly what the schema says.</summary>
    public void Verify(ReadOnlySpan<byte> frame, int version)
    {
        var answer = new Answer(frame[4..].ToArray());
        answer.Int32();
        var flexible = version >= Flexible;
        if (flexible && Key != ApiKey.ApiVersions) Assert.Equal(0, answer.Int8());
        new Verification(answer, version, flexible).Structure(Fields.Parse(Response));
        Assert.Equal(0, answer.Remaining);
    }

    private sealed record Field(string Type, List<Field> Inner, int From, int To)
    {
        public bool In(int version) => version >= From && version <= To;
    }

    private static class Fields
    {
        public static List<Field> Parse(string text)
        {
            var position = 0;
            return Parse(text, ref position);
        }

        private static List<Field> Parse(string text, ref int position)
        {
            var fields = new List<Field>();
            while (position < text.Length && text[position] is not (']' or ')'))
            {
                if (text[position] == ' ')
                {
                    position++;
                    continue;
                }
                var (type, inner) = ("", new List<Field>());
                if (text[position] is '[' or '(')
                {
                    type = text[position++].ToString();
                    inner = Parse(text, ref position);
                    position++;
                }
                else
                {
                    while (position < text.Length && char.IsAsciiLetterOrDigit(text[position])) type += text[position++];
                }
                var (from, to) = (0, int.MaxValue);
                if (position < text.Length && text[position] == '@')
                {
                    var versions = "";
                    for (position++; position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '-'); position++) versions += text[position];
                    var parts = versions.Split('-');
                    if (parts[0].Length > 0) from = int.Parse(parts[0]);
                    if (parts.Length > 1) to = int.Parse(parts[1]);
                }
                fields.Add(new Field(type, inner, from, to));
            }
            return fields;
        }
    }

    private sealed class RandomValues(Random random, int version, bool flexible)
    {
        private static readonly string[] Strings = ["t", "t", "g", "g", "range", "consumer", "retention.ms", ""];
        private static readonly long[] Numbers = [0, 0, 1, 2, 10, -1];

        public Wire Structure(List<Field> fields)
        {
            var wire = new Wire();
            foreach (var field in fields.Where(field => field.In(version))) wire.Append(Value(field));
            return flexible ? wire.Int8(0) : wire;
        }

        private Wire Value(Field field)
        {
            var wire = new Wire();
            var number = Numbers[random.Next(Numbers.Length)];
            switch (field.Type)
            {
                case "i8": return wire.Int8(random.Next(2));
                case "i16": return wire.Int16((int)number);
                case "i32": return wire.Int32(number);
                case "i64": return wire.Int64(number);
                case "u": return wire.Raw(new byte[16]);
                case "ns" when random.Next(3) == 0: return flexible ? wire.Int8(0) : wire.Int16(-1);
                case "s" or "ns":
                    var text = Strings[random.Next(Strings.Length)];
                    return flexible ? wire.Int8(text.Length + 1).Raw(System.Text.Encoding.UTF8.GetBytes(text)) : wire.String(text);
                case "b" or "nb":
                    var batch = Batch.Of([1, 2]);
                    return flexible ? wire.Int8(batch.Length + 1).Raw(batch) : wire.Bytes(batch);
                default:
                    var count = random.Next(3);
                    if (flexible) wire.Int8(count + 1);
                    else wire.Int32(count);
                    for (var i = 0; i < count; i++) wire.Append(field.Type == "[" ? Structure(field.Inner) : Value(field.Inner[0]));
                    return wire;
            }
        }
    }

    private sealed class RepeatedValues(Field repeated, int version, bool flexible, string name, int bytes)
    {
        public Wire Structure(List<Field> fields)
        {
            var wire = new Wire();
            foreach (var field in fields.Where(field => field.In(version))) wire.Append(Value(field));
            return flexible ? wire.Int8(0) : wire;
        }

        private Wire Value(Field field)
        {
            var wire = new Wire();
            switch (field.Type)
            {
                // True, and the number of topics among what has settings.
                case "i8": return wire.Int8(2);
                case "i16": return wire.Int16(0);
                case "i32": return wire.Int32(0);
                case "i64": return wire.Int64(0);
                case "u": return wire.Raw(new byte[16]);
                case "s" or "ns": return flexible ? wire.Int8(name.Length + 1).Raw(System.Text.Encoding.UTF8.GetBytes(name)) : wire.String(name);
                case "b" or "nb": return flexible ? wire.Int8(1) : wire.Bytes([]);
                default:
                    var element = (field.Type == "[" ? Structure(field.Inner) : Value(field.Inner[0])).ToArray();
                    // Compared by reference: equal arrays stand in several places.
                    var count = ReferenceEquals(field, repeated) ? bytes / element.Length : 1;
                    if (flexible) wire.UnsignedVarint(count + 1);
                    else wire.Int32(count);
                    for (var i = 0; i < count; i++) wire.Raw(element);
                    return wire;
            }
        }
    }

    private sealed class Verification(Answer answer, int version, bool flexible)
    {
        public void Structure(List<Field> fields)
        {
            foreach (var field in fields.Where(field => field.In(version))) Value(field);
            if (flexible) Assert.Equal(0, answer.Int8());
        }

        private void Value(Field field)
        {
            switch (field.Type)
            {
                case "i8":
                    answer.Int8();
                    break;
                case "i16":
                    answer.Int16();
                    break;
                case "i32":
                    answer.Int32();
                    break;
                case "i64":
                    answer.Int64();
                    break;
                case "u":
                    answer.Skip(16);
                    break;
                case "s" or "ns" or "b" or "nb":
                    var length = flexible ? answer.UnsignedVarint() - 1 : field.Type is "s" or "ns" ? answer.Int16() : answer.Int32();
                    Assert.True(length >= 0 || field.Type[0] == 'n', "Null where it may not be.");
                    answer.Skip(Math.Max(0, length));
                    break;
                default:
                    var count = flexible ? answer.UnsignedVarint() - 1 : answer.Int32();
                    for (var i = 0; i < count; i++)
                    {
                        if (field.Type == "[") Structure(field.Inner);
                        else Value(field.Inner[0]);
                    }
                    break;
            }
        }
    }
}
