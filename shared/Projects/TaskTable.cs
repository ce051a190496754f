using ShitOps.Events;

namespace ShitOps.Projects;

/// <summary>
/// The tasks of a project by their keys: an open-addressed table that holds short keys, which nearly all are, in its slots. Tens of thousands
/// of tasks lie scattered in memory, and what is not looked at need not be fetched: a key is found in one place.
/// </summary>
internal sealed class TaskTable
{
    private const int FirstSlots = 16;

    private Slot[] _slots = new Slot[FirstSlots];

    /// <summary>How many tasks there are.</summary>
    public int Count { get; private set; }

    /// <summary>The tasks by their keys, in no particular order.</summary>
    public IEnumerable<KeyValuePair<TaskKey, TaskState>> All
    {
        get
        {
            foreach (var slot in _slots)
                if (slot.Task is { } task) yield return KeyValuePair.Create(task.Key, task);
        }
    }

    /// <summary>The task of a key; null if there is none.</summary>
    public TaskState? Find(TaskKey key)
    {
        for (var at = SlotOf(key.Low, key.High); ; at = (at + 1) & (_slots.Length - 1))
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Task is not { } task) return null;
            if (slot.Low == key.Low && slot.High == key.High && (key.Text is null || task.Key == key)) return task;
        }
    }

    /// <summary>Adds a task under a key.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public void Add(TaskKey key, TaskState task)
    {
        if (Find(key) is not null) throw new ArgumentException($"task {key} is there already", nameof(key));
        if (Count++ >= _slots.Length / 3 * 2) Resize(_slots.Length * 2);
        task.Key = key;
        Put(new Slot(key.Low, key.High, task));
    }

    /// <summary>Takes out the task of a key, which is there.</summary>
    public void Remove(TaskKey key)
    {
        var mask = _slots.Length - 1;
        var task = Find(key);
        var hole = SlotOf(key.Low, key.High);
        while (!ReferenceEquals(_slots[hole].Task, task)) hole = (hole + 1) & mask;

        // Those behind move up, as long as that does not put them before the slot where their search begins.
        for (var at = (hole + 1) & mask; _slots[at].Task is not null; at = (at + 1) & mask)
        {
            if (((at - SlotOf(_slots[at].Low, _slots[at].High)) & mask) < ((at - hole) & mask)) continue;
            _slots[hole] = _slots[at];
            hole = at;
        }

        _slots[hole] = default;
        Count--;
        if (_slots.Length > FirstSlots && Count < _slots.Length / 8) Resize(_slots.Length / 2);
    }

    private void Resize(int length)
    {
        var slots = _slots;
        _slots = new Slot[length];
        foreach (var slot in slots)
            if (slot.Task is not null) Put(slot);
    }

    private void Put(Slot slot)
    {
        var at = SlotOf(slot.Low, slot.High);
        while (_slots[at].Task is not null) at = (at + 1) & (_slots.Length - 1);
        _slots[at] = slot;
    }

    private int SlotOf(ulong low, ulong high) => TaskKey.HashOf(low, high) & (_slots.Length - 1);

    /// <summary>A task under its key; where that is held as text, the task has it.</summary>
    private readonly record struct Slot(ulong Low, ulong High, TaskState? Task);
}
