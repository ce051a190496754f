namespace ShitOps.Projects;

/// <summary>
/// A <see cref="Register{T}"/> of a text that changes often and is seldom read. It keeps the characters in memory of its own: if each new text
/// were an object that an old one refers to, garbage collections would spend more time on it than the fold does.
/// </summary>
internal struct TextRegister
{
    /// <summary>Room for most titles.</summary>
    private const int UsualLength = 64;

    private char[] _text;
    private int _length;

    /// <summary>A register that holds what another one does.</summary>
    public TextRegister(Register<string> register)
    {
        _text = new char[Math.Max(UsualLength, register.Value?.Length ?? 0)];
        Hold(register.Stamp, register.Value);
    }

    public Stamp Stamp { get; private set; }

    /// <summary>The register with the text as an object.</summary>
    public readonly Register<string> Register => Register<string>.Stored(Stamp, _length < 0 ? null : new string(_text, 0, _length));

    /// <summary>Offers one statement.</summary>
    public StatementEffect Offer(Stamp stamp, string? text)
    {
        if (stamp > Stamp)
        {
            Hold(stamp, text);
            return StatementEffect.Changed;
        }

        var register = Register;
        var effect = register.Offer(stamp, text, ValueOrder.Texts);
        Hold(register.Stamp, register.Value);
        return effect;
    }

    private void Hold(Stamp stamp, string? text)
    {
        (Stamp, _length) = (stamp, text?.Length ?? -1);
        if (text is null) return;
        if (text.Length > _text.Length) _text = new char[text.Length];
        text.CopyTo(_text);
    }
}
