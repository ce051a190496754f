using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ShitOps.Projects;

/// <summary>
/// The tasks of a project by their keys: an open-addressed table that holds short keys, which nearly all are, in its slots. Tens of thousands
/// of tasks lie scattered in memory, and what is not looked at need not be fetched: a key is found in one place.
/// </summary>
internal sealed class TaskTable
{
    /// <summary>So that no sender can choose keys that all go to one slot; another one in each process.</summary>
    private static readonly ulong Seed = (uint)StringComparer.Ordinal.GetHashCode(nameof(TaskTable)) | 1UL;

    private Slot[] _slots = new Slot[16];

    /// <summary>How many tasks there are.</summary>
    public int Count { get; private set; }

    /// <summary>The task of a key; null if there is none.</summary>
    public TaskState? Find(string key)
    {
        var packed = new PackedKey(key);
        for (var at = SlotOf(packed); ; at = (at + 1) & (_slots.Length - 1))
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Task is not { } task) return null;
            if (slot.Key == packed && (packed.IsWhole || task.Key == key)) return task;
        }
    }

    /// <summary>Adds a task under a key.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public void Add(string key, TaskState task)
    {
        if (Find(key) is not null) throw new ArgumentException($"task {key} is there already", nameof(key));
        if (Count++ >= _slots.Length / 3 * 2) Grow();
        var packed = new PackedKey(key);
        task.Key = packed.IsWhole ? null : key;
        Put(new Slot(packed, task));
    }

    /// <summary>Takes out the task of a key, which is there.</summary>
    public void Remove(string key)
    {
        var mask = _slots.Length - 1;
        var task = Find(key);
        var hole = SlotOf(new PackedKey(key));
        while (!ReferenceEquals(_slots[hole].Task, task)) hole = (hole + 1) & mask;

        // Those behind move up, as long as that does not put them before the slot where their search begins.
        for (var at = (hole + 1) & mask; _slots[at].Task is not null; at = (at + 1) & mask)
        {
            if (((at - SlotOf(_slots[at].Key)) & mask) < ((at - hole) & mask)) continue;
            _slots[hole] = _slots[at];
            hole = at;
        }

        _slots[hole] = default;
        Count--;
    }

    private void Grow()
    {
        var slots = _slots;
        _slots = new Slot[slots.Length * 2];
        foreach (var slot in slots)
            if (slot.Task is not null) Put(slot);
    }

    private void Put(Slot slot)
    {
        var at = SlotOf(slot.Key);
        while (_slots[at].Task is not null) at = (at + 1) & (_slots.Length - 1);
        _slots[at] = slot;
    }

    private int SlotOf(PackedKey key)
    {
        var hash = Math.BigMul(key.Low ^ Seed, (key.High ^ 0x9E3779B97F4A7C15) | 1, out var low) ^ low;
        return (int)(hash ^ (hash >> 29)) & (_slots.Length - 1);
    }

    private readonly record struct Slot(PackedKey Key, TaskState? Task);

    /// <summary>A key of at most 15 ASCII characters and its length; of any other key a hash.</summary>
    private readonly record struct PackedKey
    {
        private const int Longest = 15;
        private const ulong Hashed = 0xff;

        public PackedKey(string key)
        {
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            if (key.Length <= Longest && Ascii.FromUtf16(key, bytes, out _) == OperationStatus.Done)
            {
                bytes[Longest] = (byte)key.Length;
                (Low, High) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            }
            else
            {
                (Low, High) = ((uint)StringComparer.Ordinal.GetHashCode(key), Hashed << 56);
            }
        }

        public ulong Low { get; }

        public ulong High { get; }

        /// <summary>Whether equal ones are of equal keys.</summary>
        public bool IsWhole => High >> 56 != Hashed;
    }
}
