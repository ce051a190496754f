using System.Globalization;
using NCrontab;

namespace ShitOps.Local.Worker;

/// <summary>When a timer function is due: NCRONTAB (six fields, or five without seconds) or a constant interval, in UTC.</summary>
internal sealed class TimerSchedule
{
    private static readonly TimeSpan LeastMonitored = TimeSpan.FromMinutes(1);

    private readonly CrontabSchedule? _crontab;
    private readonly TimeSpan _interval;
    private readonly string _text;

    private TimerSchedule(CrontabSchedule? crontab, TimeSpan interval, string text)
    {
        _crontab = crontab;
        _interval = interval;
        _text = text;
    }

    /// <param name="text">The expression.</param>
    /// <param name="where">The function, for the message.</param>
    public static TimerSchedule Parse(string text, string where)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
        if (fields is 5 or 6)
        {
            try
            {
                return new TimerSchedule(CrontabSchedule.Parse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 }), TimeSpan.Zero, text);
            }
            catch (CrontabException fault)
            {
                throw new FunctionAppException($"{where}: the schedule '{text}' cannot be read: {fault.Message}", fault);
            }
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero
            ? new TimerSchedule(crontab: null, interval, text)
            : throw new FunctionAppException($"{where}: the schedule '{text}' is neither six fields (sec min hour day month weekday) nor a time span.");
    }

    /// <returns>The first time after <paramref name="instant"/>.</returns>
    public DateTime After(DateTime instant) => _crontab?.GetNextOccurrence(instant) ?? instant + _interval;

    /// <summary>Whether runs lie a minute apart or more, so that a missed one is worth remembering. Looks at the next ten.</summary>
    public bool IsMonitored(DateTime now)
    {
        var last = After(now);
        for (var i = 0; i < 10; i++)
        {
            var next = After(last);
            if (next - last < LeastMonitored)
            {
                return false;
            }

            last = next;
        }

        return true;
    }

    public override string ToString() => _text;
}
