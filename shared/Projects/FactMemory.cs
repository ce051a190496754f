namespace ShitOps.Projects;

/// <summary>
/// Memory for the facts of a project's tasks, cut from large pieces: those of tens of thousands of tasks would otherwise be so many arrays
/// for the garbage collector to move. What a task gives back the next one takes.
/// </summary>
internal sealed class FactMemory
{
    /// <summary>Pieces double up to here: from 85,000 bytes on the garbage collector never moves them.</summary>
    private const int LargestPiece = 2_720;

    private readonly Stack<(FactLog.Packed[] Piece, int Start)> _given = new();
    private readonly int _room;
    private FactLog.Packed[] _piece = [];
    private int _used;

    /// <param name="room">Of how many facts a task is given the memory.</param>
    public FactMemory(int room) => _room = room;

    /// <summary>Takes memory for the facts of one task.</summary>
    public (FactLog.Packed[] Piece, int Start) Take()
    {
        if (_given.TryPop(out var given)) return given;
        if (_used + _room > _piece.Length) (_piece, _used) = (new FactLog.Packed[Math.Clamp(_piece.Length * 2, _room, LargestPiece / _room * _room)], 0);
        var start = _used;
        _used += _room;
        return (_piece, start);
    }

    /// <summary>Gives back what was taken, and is no longer read by anybody.</summary>
    public void Give(FactLog.Packed[] piece, int start) => _given.Push((piece, start));
}
