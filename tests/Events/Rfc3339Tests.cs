using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ShitOps.Events;

namespace ShitOps.Tests.Events;

public class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.0000000")]
    [InlineData("2026-01-31t12:00:00z", "2026-01-31T12:00:00.0000000")]
    [InlineData("2026-01-31 12:00:00Z", "2026-01-31T12:00:00.0000000")]
    [InlineData("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.5000000")]
    [InlineData("2026-01-31T12:00:00.1234567Z", "2026-01-31T12:00:00.1234567")]
    [InlineData("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.1234567")]
    [InlineData("2026-01-31T12:00:00.00000000000000000000000000001Z", "2026-01-31T12:00:00.0000000")]
    [InlineData("2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00.0000000")]
    [InlineData("2026-01-31T12:00:00-00:00", "2026-01-31T12:00:00.0000000")]
    [InlineData("2026-01-01T00:30:00+23:59", "2025-12-31T00:31:00.0000000")]
    [InlineData("2026-12-31T12:00:00-23:59", "2027-01-01T11:59:00.0000000")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999")]
    [InlineData("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.9999999")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.0000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000")]
    [InlineData("0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00.0000000")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999")]
    public void Reads(string text, string utc)
    {
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal(utc, time.DateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00")]
    [InlineData("2026-01-31T12:00:00.5")]
    [InlineData("2026-01-31T12:00:00.Z")]
    [InlineData("2026-01-31T12:00:00,5Z")]
    [InlineData("2026-01-31T12:00:00ZZ")]
    [InlineData("2026-01-31T12:00:00Z ")]
    [InlineData(" 2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T12:60:00Z")]
    [InlineData("2026-01-31T12:00:61Z")]
    [InlineData("2026-01-31T12:00:00+0100")]
    [InlineData("2026-01-31T12:00:00+01")]
    [InlineData("2026-01-31T12:00:00+24:00")]
    [InlineData("2026-01-31T12:00:00+01:60")]
    [InlineData("2026-01-31T12:00:00+01:00Z")]
    [InlineData("2026-02-29T12:00:00Z")]
    [InlineData("2026-00-31T12:00:00Z")]
    [InlineData("2026-01-00T12:00:00Z")]
    [InlineData("0000-01-01T12:00:00Z")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("2026-01-31T12:00:00\u0661Z")]
    [InlineData("+026-01-31T12:00:00Z")]
    [InlineData("20260131T120000Z0000")]
    public void Refuses(string text) => Assert.False(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Agrees_with_the_framework_wherever_that_has_a_fixed_format()
    {
        string[] formats =
        [
            "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.f'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
            "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", "yyyy-MM-dd HH:mm:ss.fffzzz",
        ];
        const string alphabet = "0123456789-:.TZ+ ";
        var random = new Random(1);
        var read = 0;
        for (var i = 0; i < 200_000; i++)
        {
            // The framework's offsets end at 14 hours.
            var offset = TimeSpan.FromMinutes(random.Next(-14 * 60, (14 * 60) + 1));
            var local = new DateTime(random.NextInt64(TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay));
            var text = new DateTimeOffset(local, offset).ToString(formats[random.Next(formats.Length)], CultureInfo.InvariantCulture).ToCharArray();
            if (random.Next(2) == 0) text[random.Next(text.Length)] = alphabet[random.Next(alphabet.Length)];

            var expected = DateTimeOffset.TryParseExact(
                text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var oracle);
            var isRead = Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out var time);
            if (expected)
            {
                Assert.True(isRead, new string(text));
                Assert.Equal(oracle, time);
                read++;
            }
        }

        Assert.InRange(read, 100_000, 199_000);
    }

    [Fact]
    public void Agrees_with_the_grammar_on_any_bytes_in_any_place()
    {
        var random = new Random(3);
        string[] forms = ["2026-01-31T12:00:00Z", "2024-02-29t23:59:60.25z", "2026-12-01 00:00:00.123456789+01:00", "0001-01-01T00:30:00+00:29", "9999-12-31T23:30:00-00:29"];
        for (var i = 0; i < 300_000; i++)
        {
            var text = Encoding.ASCII.GetBytes(forms[random.Next(forms.Length)]);
            for (var changes = random.Next(3); changes > 0; changes--)
                text[random.Next(text.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : "0123456789-:.TtZz+ /"u8[random.Next(20)];
            Assert.Equal(ByTheGrammar(Encoding.Latin1.GetString(text)), Rfc3339.TryParse(text, out var time) ? time : null);
        }
    }

    /// <summary>The plainest reader there can be.</summary>
    private static DateTimeOffset? ByTheGrammar(string text)
    {
        var match = Regex.Match(text, @"^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\z");
        if (!match.Success) return null;
        int Number(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;
        if (Number(1) < 1 || Number(2) is < 1 or > 12 || Number(3) < 1 || Number(3) > DateTime.DaysInMonth(Number(1), Number(2))) return null;
        if (Number(4) > 23 || Number(5) > 59 || Number(6) > 60 || Number(9) > 23 || Number(10) > 59) return null;
        var decimals = int.Parse(match.Groups[7].Value.PadRight(7, '0')[..7], CultureInfo.InvariantCulture);
        var ticks = new DateTime(Number(1), Number(2), Number(3), Number(4), Number(5), 0).Ticks + (Number(6) == 60 ? TimeSpan.TicksPerMinute - 1 : (Number(6) * TimeSpan.TicksPerSecond) + decimals);
        ticks -= ((Number(9) * 60) + Number(10)) * (match.Groups[8].Value == "-" ? -1 : 1) * TimeSpan.TicksPerMinute;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }

    [Fact]
    public void Formats_what_it_reads_back_with_no_digit_too_many()
    {
        var random = new Random(2);
        for (var i = 0; i < 50_000; i++)
        {
            var unit = (long)Math.Pow(10, random.Next(8));
            var time = new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks) / unit * unit, TimeSpan.Zero);
            var text = Rfc3339.Format(time);
            Assert.True(Rfc3339.TryParse(Encoding.ASCII.GetBytes(text), out var back), text);
            Assert.Equal(time, back);
            Assert.Equal(time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture), text);
        }
    }

    [Fact]
    public void Formats_in_UTC() =>
        Assert.Equal("2026-01-31T11:00:00Z", Rfc3339.Format(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.FromHours(1))));

    [Fact]
    public void Reads_the_dates_that_the_calendar_has_and_no_other()
    {
        for (var year = 0; year <= 9999; year += year < 5 || year > 9990 ? 1 : 7)
        {
            for (var month = 0; month <= 13; month++)
            {
                for (var day = 0; day <= 32; day++)
                {
                    var text = $"{year:D4}-{month:D2}-{day:D2}";
                    var isDate = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expected);
                    Assert.Equal(isDate, Rfc3339.TryParseDate(Encoding.ASCII.GetBytes(text), out var date));
                    Assert.Equal(expected, date);
                }
            }
        }
    }
}
