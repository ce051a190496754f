using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ShitOps.Ingestion;

namespace ShitOps.Cli.CommandLine;

/// <summary>Which Kafka: <c>--kafka</c> and <c>--topic</c>, else the settings of the function app in the environment, else the local one.</summary>
internal sealed class KafkaOptions
{
    private const string DefaultBrokers = "localhost:9092";
    private const string DefaultTopic = "shitops-events";

    private readonly Option<string?> _brokers = new("--kafka")
    {
        Description = $"Brokers, several separated by commas. [default: KafkaBrokers of the environment, else {DefaultBrokers}]",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string?> _topic = new("--topic")
    {
        Description = $"Topic of the events. [default: KafkaTopic of the environment, else {DefaultTopic}]",
        HelpName = "NAME",
    };

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_brokers);
        command.Options.Add(_topic);
    }

    /// <summary>The connection; TLS and sign-in come from KafkaProtocol, KafkaSslCaPem and the other settings of <see cref="KafkaConnection"/>.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message names it.</exception>
    public KafkaConnection Connection(ParseResult arguments, IConfiguration environment)
    {
        var settings = new ConfigurationBuilder()
            .AddConfiguration(environment)
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["KafkaBrokers"] = FirstOf(arguments.GetValue(_brokers), environment["KafkaBrokers"], DefaultBrokers),
                ["KafkaTopic"] = FirstOf(arguments.GetValue(_topic), environment["KafkaTopic"], DefaultTopic),
            })
            .Build();
        return KafkaConnection.FromSettings(settings);
    }

    private static string FirstOf(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            if (!string.IsNullOrWhiteSpace(value)) return value;
        throw new ArgumentException("none is set", nameof(values));
    }
}
