using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>Registers as bytes: the stamp, then the value. One that was never stated takes none; its owner keeps which are there.</summary>
internal static class StoredRegisters
{
    public static void Write(StateWriter writer, Register<string> register)
    {
        if (Stamped(writer, register)) writer.Text(register.Value);
    }

    public static void Write(StateWriter writer, Register<DateOnly?> register)
    {
        if (Stamped(writer, register)) Write(writer, register.Value);
    }

    public static void Write(StateWriter writer, Register<bool> register)
    {
        if (Stamped(writer, register)) writer.Byte((byte)(register.Value ? 1 : 0));
    }

    public static void Write(StateWriter writer, Register<Status> register)
    {
        if (!Stamped(writer, register)) return;
        writer.Byte((byte)register.Value.Category);
        writer.Text(register.Value.Name);
    }

    public static void Write(StateWriter writer, Register<Milestone> register)
    {
        if (!Stamped(writer, register)) return;
        writer.Text(register.Value?.Name);
        if (register.Value is not { } milestone) return;
        writer.Byte((byte)milestone.Kind);
        Write(writer, milestone.Start);
        Write(writer, milestone.Due);
    }

    public static void Write(StateWriter writer, Register<string[]> register)
    {
        if (!Stamped(writer, register)) return;
        writer.Number(register.Value is { } labels ? labels.Length + 1 : 0);
        foreach (var label in register.Value ?? []) writer.Text(label);
    }

    public static void Write(StateWriter writer, Register<AllocationTerms> register)
    {
        if (!Stamped(writer, register)) return;
        var terms = register.Value!;
        writer.Text(terms.Resource);
        writer.Number(terms.MilliHoursPerWeek);
        writer.Number(terms.From.DayNumber);
        Write(writer, terms.To);
        writer.Text(terms.Role);
    }

    public static Register<string> Text(ref StateReader reader) => Register<string>.Stored(reader.Stamp(), reader.Text());

    public static Register<DateOnly?> Date(ref StateReader reader) => Register<DateOnly?>.Stored(reader.Stamp(), ReadDate(ref reader));

    public static Register<bool> Flag(ref StateReader reader) => Register<bool>.Stored(reader.Stamp(), reader.Count(1) == 1);

    public static Register<Status> Status(ref StateReader reader)
    {
        var stamp = reader.Stamp();
        var category = (StatusCategory)reader.Count((int)StatusCategory.Cancelled);
        return Register<Status>.Stored(stamp, new Status(reader.RequiredText(), category));
    }

    public static Register<Milestone> Milestone(ref StateReader reader)
    {
        var stamp = reader.Stamp();
        if (reader.Text() is not { } name) return Register<Milestone>.Stored(stamp, null);
        var kind = (MilestoneKind)reader.Count((int)MilestoneKind.Version);
        return Register<Milestone>.Stored(stamp, new Milestone(name, kind, ReadDate(ref reader), ReadDate(ref reader)));
    }

    public static Register<string[]> Labels(ref StateReader reader)
    {
        var stamp = reader.Stamp();
        var count = reader.Count(257) - 1;
        if (count < 0) return Register<string[]>.Stored(stamp, null);
        var labels = new string[count];
        for (var i = 0; i < count; i++) labels[i] = reader.RequiredText();
        return Register<string[]>.Stored(stamp, labels);
    }

    public static Register<AllocationTerms> Terms(ref StateReader reader)
    {
        var stamp = reader.Stamp();
        var resource = reader.RequiredText();
        var hours = reader.Number();
        var from = DateOnly.FromDayNumber(reader.Count(DateOnly.MaxValue.DayNumber));
        return Register<AllocationTerms>.Stored(stamp, new AllocationTerms(resource, hours, from, ReadDate(ref reader), reader.Text()));
    }

    private static bool Stamped<T>(StateWriter writer, Register<T> register)
    {
        if (register.IsStated) writer.Stamp(register.Stamp);
        return register.IsStated;
    }

    private static void Write(StateWriter writer, DateOnly? date) => writer.Number(date is { } day ? day.DayNumber + 1 : 0);

    private static DateOnly? ReadDate(ref StateReader reader)
    {
        var day = reader.Count(DateOnly.MaxValue.DayNumber + 1);
        return day == 0 ? null : DateOnly.FromDayNumber(day - 1);
    }
}
