using System.Collections.Concurrent;
using System.Text.Json;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Log;

/// <summary>
/// All topics, each in a directory named by its id that holds topic.json and a directory for each partition. A topic exists when its
/// topic.json does: written last when it is made, deleted first when it is deleted.
/// </summary>
internal sealed class TopicCatalog : IDisposable
{
    /// <summary>Kafka's own limit.</summary>
    private const int MaxNameLength = 249;

    private readonly Lock _changes = new();
    private readonly ConcurrentDictionary<string, Topic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Topic> _byId = new();
    private readonly BrokerOptions _options;
    private readonly string _directory;
    private int _partitions;

    public TopicCatalog(LogDirectory directory, BrokerOptions options)
    {
        _options = options;
        _directory = directory.File("topics");
        Directory.CreateDirectory(_directory);
        foreach (var path in Directory.GetDirectories(_directory))
        {
            var description = Path.Combine(path, "topic.json");
            if (File.Exists(description)) Add(Reopen(path, description));
            else Directory.Delete(path, recursive: true);
        }
    }

    public IEnumerable<Topic> All => _byName.Values;

    public Topic? Find(string name) => _byName.GetValueOrDefault(name);

    public Topic? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>Makes a topic, unless there is one; <paramref name="partitions"/> of -1 is the broker's default.</summary>
    public (ErrorCode Error, string? Message) Create(string name, int partitions, IReadOnlyDictionary<string, string> config, bool validateOnly = false)
    {
        if (!IsName(name)) return (ErrorCode.InvalidTopic, $"A topic's name is 1 to {MaxNameLength} of a-z A-Z 0-9 . _ - and neither . nor ..");
        if (partitions == -1) partitions = _options.DefaultPartitions;
        if (partitions < 1) return (ErrorCode.InvalidPartitions, $"A topic has at least one partition, not {partitions}.");
        foreach (var (key, value) in config)
            if (TopicConfig.Refusal(key, value) is { } reason) return (ErrorCode.InvalidConfig, reason);
        lock (_changes)
        {
            if (_byName.ContainsKey(name)) return (ErrorCode.TopicAlreadyExists, $"There is a topic {name}.");
            if (TooMany(partitions) is { } refusal) return (ErrorCode.InvalidPartitions, refusal);
            if (validateOnly) return (ErrorCode.None, null);
            var description = new Description(name, Guid.NewGuid(), partitions, config);
            var path = PathOf(description.Id);
            var topic = Open(path, description);
            Write(path, description);
            Add(topic);
            return (ErrorCode.None, null);
        }
    }

    public (ErrorCode Error, string? Message) CreatePartitions(string name, int count, bool validateOnly)
    {
        lock (_changes)
        {
            if (Find(name) is not { } topic) return (ErrorCode.UnknownTopicOrPartition, $"There is no topic {name}.");
            var present = topic.Partitions.Count;
            if (count <= present) return (ErrorCode.InvalidPartitions, $"The number of partitions of {name} is {present}; it can only grow, not become {count}.");
            if (TooMany(count - present) is { } refusal) return (ErrorCode.InvalidPartitions, refusal);
            if (validateOnly) return (ErrorCode.None, null);
            var path = PathOf(topic.Id);
            var added = Enumerable.Range(present, count - present).Select(index => OpenPartition(path, index)).ToList();
            Write(path, new Description(name, topic.Id, count, topic.Config.Overrides));
            topic.Grow(added);
            _partitions += added.Count;
            return (ErrorCode.None, null);
        }
    }

    public ErrorCode Delete(Topic topic)
    {
        lock (_changes)
        {
            if (!_byId.TryRemove(topic.Id, out _)) return ErrorCode.UnknownTopicOrPartition;
            _byName.TryRemove(topic.Name, out _);
            _partitions -= topic.Partitions.Count;
            File.Delete(Path.Combine(PathOf(topic.Id), "topic.json"));
            foreach (var partition in topic.Partitions) partition.Delete();
            Directory.Delete(PathOf(topic.Id), recursive: true);
            return ErrorCode.None;
        }
    }

    /// <summary>Deletes what the topics no longer keep.</summary>
    public void Retain(DateTimeOffset now) => Tend((topic, partition) => partition.Retain(now - topic.Config.Retention, topic.Config.MaxBytes));

    public void Flush() => Tend((_, partition) => partition.Flush());

    public void Dispose() => Tend((_, partition) => partition.Dispose());

    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name is not ("." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static void Write(string path, Description description) =>
        DurableFile.Replace(Path.Combine(path, "topic.json"), JsonSerializer.SerializeToUtf8Bytes(description));

    /// <summary>Does something with every partition; one whose files fail keeps no other from it.</summary>
    private void Tend(Action<Topic, PartitionLog> work)
    {
        foreach (var topic in All)
        {
            foreach (var (index, partition) in topic.Partitions.Index())
            {
                try
                {
                    work(topic, partition);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _options.Log($"{topic.Name}/{index}: {e.Message}");
                }
            }
        }
    }

    private string? TooMany(int added) => _partitions + (long)added > _options.MaxPartitions
        ? $"This development broker takes {_options.MaxPartitions} partitions in all; {added} more are too many."
        : null;

    private Topic Reopen(string path, string descriptionPath)
    {
        var description = DurableFile.Read<Description>(descriptionPath);
        try
        {
            return Open(path, description);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw DurableFile.Damaged(descriptionPath, e);
        }
    }

    private Topic Open(string path, Description description) => new(
        description.Name,
        description.Id,
        new TopicConfig(_options, description.Config),
        [.. Enumerable.Range(0, description.Partitions).Select(index => OpenPartition(path, index))]);

    private PartitionLog OpenPartition(string path, int index) => new(Path.Combine(path, index.ToString()), _options.Log);

    private string PathOf(Guid id) => Path.Combine(_directory, id.ToString("N"));

    private void Add(Topic topic)
    {
        _byId[topic.Id] = topic;
        _byName[topic.Name] = topic;
        _partitions += topic.Partitions.Count;
    }

    private sealed record Description(string Name, Guid Id, int Partitions, IReadOnlyDictionary<string, string> Config);
}
