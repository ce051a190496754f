using System.Runtime.CompilerServices;

namespace ShitOps.Projects;

/// <summary>
/// Memory for the facts of a project's tasks, cut from large pieces: those of tens of thousands of tasks would otherwise be so many arrays
/// for the garbage collector to move. What a task gives back the next one takes.
/// </summary>
/// <param name="room">Of how many facts a task is given the memory.</param>
internal sealed class FactMemory(int room)
{
    /// <summary>From so many bytes on the garbage collector never moves an array; pieces double up to there.</summary>
    private const int NeverMoved = 85_000;

    private readonly int _largestPiece = ((NeverMoved / Unsafe.SizeOf<FactLog.Packed>() / room) + 1) * room;
    private readonly Stack<(FactLog.Packed[] Piece, int Start)> _given = new();
    private FactLog.Packed[] _piece = [];
    private int _used;
    private int _taken;

    /// <summary>Takes memory for the facts of one task.</summary>
    public (FactLog.Packed[] Piece, int Start) Take()
    {
        _taken++;
        if (_given.TryPop(out var given)) return given;
        if (_used + room > _piece.Length) (_piece, _used) = (new FactLog.Packed[Math.Clamp(_piece.Length * 2, room, _largestPiece)], 0);
        var start = _used;
        _used += room;
        return (_piece, start);
    }

    /// <summary>Gives back what was taken, and is no longer read by anybody.</summary>
    public void Give(FactLog.Packed[] piece, int start)
    {
        // What more than half of the tasks gave back is left to the garbage collector, piece by piece.
        _taken--;
        if (_given.Count < _taken) _given.Push((piece, start));
        if (_taken > 0) return;
        _given.Clear();
        (_piece, _used) = ([], 0);
    }
}
