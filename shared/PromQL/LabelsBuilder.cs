namespace ShitOps.PromQL;

/// <summary>Label sets made from others: keeps, drops and sets labels, then builds. It can be used again after <see cref="Reset"/>.</summary>
public sealed class LabelsBuilder
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];
    private Labels? _source;

    /// <summary>Begins anew with the labels of a set.</summary>
    public LabelsBuilder Reset(Labels labels)
    {
        _pairs.Clear();
        _pairs.AddRange(labels.Pairs);
        _source = labels;
        return this;
    }

    /// <summary>Sets a label; an empty value takes it away.</summary>
    public LabelsBuilder Set(string name, string value)
    {
        _source = null;
        var at = 0;
        while (at < _pairs.Count && string.CompareOrdinal(_pairs[at].Key, name) < 0) at++;
        var found = at < _pairs.Count && _pairs[at].Key == name;
        if (value.Length == 0)
        {
            if (found) _pairs.RemoveAt(at);
        }
        else if (found)
        {
            _pairs[at] = new(name, value);
        }
        else
        {
            _pairs.Insert(at, new(name, value));
        }

        return this;
    }

    public LabelsBuilder Remove(string name)
    {
        for (var i = 0; i < _pairs.Count; i++)
        {
            if (_pairs[i].Key != name) continue;
            _pairs.RemoveAt(i);
            _source = null;
            break;
        }

        return this;
    }

    public LabelsBuilder Remove(IReadOnlyList<string> names)
    {
        for (var i = 0; i < names.Count; i++) Remove(names[i]);
        return this;
    }

    /// <summary>Takes away all labels but these.</summary>
    public LabelsBuilder Keep(IReadOnlyList<string> names)
    {
        for (var i = _pairs.Count - 1; i >= 0; i--)
        {
            if (names.Contains(_pairs[i].Key)) continue;
            _pairs.RemoveAt(i);
            _source = null;
        }

        return this;
    }

    /// <summary>The labels as they are now; the set it began with, if nothing was changed.</summary>
    public Labels Build() => _source ?? Labels.OfOrdered([.. _pairs]);
}
