using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace ShitOps.Tests.Grafana;

/// <summary>The provisioned alert rules, read strictly: a property that Grafana's provisioning does not have, or that is misspelt, is refused.</summary>
internal sealed record AlertFile
{
    public int ApiVersion { get; init; }

    public List<AlertGroup> Groups { get; init; } = [];

    /// <summary>The rules of grafana/provisioning/alerting.</summary>
    /// <exception cref="YamlDotNet.Core.YamlException">The file is not as Grafana takes it.</exception>
    public static IReadOnlyList<AlertRule> Rules() => Parse(File.ReadAllText(RepositoryRoot.File("grafana", "provisioning", "alerting", "shitops.yaml")));

    /// <inheritdoc cref="Rules"/>
    public static IReadOnlyList<AlertRule> Parse(string yaml) =>
        [.. new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build().Deserialize<AlertFile>(yaml).Groups.SelectMany(group => group.Rules)];
}

internal sealed record AlertGroup
{
    public int OrgId { get; init; }

    public string Name { get; init; } = "";

    public string Folder { get; init; } = "";

    public string Interval { get; init; } = "";

    public List<AlertRule> Rules { get; init; } = [];
}

internal sealed record AlertRule
{
    public string Uid { get; init; } = "";

    public string Title { get; init; } = "";

    public string Condition { get; init; } = "";

    public string For { get; init; } = "";

    public string? DashboardUid { get; init; }

    public int? PanelId { get; init; }

    public Dictionary<string, string> Annotations { get; init; } = [];

    public Dictionary<string, string> Labels { get; init; } = [];

    public string NoDataState { get; init; } = "";

    public List<AlertQuery> Data { get; init; } = [];

    /// <summary>The query of the datasource.</summary>
    public AlertQuery Query => Data.Single(one => one.Model.Expr is not null);

    /// <summary>Whether the rule fires at a value of its query.</summary>
    public bool FiresAt(double value)
    {
        var evaluator = Data.Single(one => one.RefId == Condition).Model.Conditions!.Single().Evaluator;
        return evaluator.Type switch
        {
            "gt" => value > evaluator.Params.Single(),
            "lt" => value < evaluator.Params.Single(),
            _ => throw new NotSupportedException(evaluator.Type),
        };
    }
}

internal sealed record AlertQuery
{
    public string RefId { get; init; } = "";

    public AlertRange? RelativeTimeRange { get; init; }

    public string DatasourceUid { get; init; } = "";

    public AlertModel Model { get; init; } = new();
}

/// <summary>Seconds before the evaluation.</summary>
internal sealed record AlertRange
{
    public int From { get; init; }

    public int To { get; init; }
}

/// <summary>A query of the datasource, or a threshold over one.</summary>
internal sealed record AlertModel
{
    public string RefId { get; init; } = "";

    public bool? Instant { get; init; }

    public bool? Range { get; init; }

    public string? Expr { get; init; }

    public string? Type { get; init; }

    public string? Expression { get; init; }

    public List<AlertCondition>? Conditions { get; init; }
}

internal sealed record AlertCondition
{
    public AlertEvaluator Evaluator { get; init; } = new();
}

internal sealed record AlertEvaluator
{
    public string Type { get; init; } = "";

    public List<double> Params { get; init; } = [];
}
