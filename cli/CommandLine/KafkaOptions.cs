using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ShitOps.Ingestion;

namespace ShitOps.Cli.CommandLine;

/// <summary>Which Kafka: <c>--kafka</c> and <c>--topic</c>, else the settings of the function app, else the local one.</summary>
internal sealed class KafkaOptions
{
    private const string DefaultBrokers = "localhost:9092";
    private const string DefaultTopic = "shitops-events";

    private readonly Option<string?> _brokers = Create(
        "--kafka",
        "HOST:PORT",
        $"Brokers, several separated by commas. [default: the setting KafkaBrokers, else {DefaultBrokers}] "
        + "TLS and SASL come from the settings KafkaProtocol, KafkaSslCaPem, KafkaAuthenticationMode, KafkaUsername, … (environment or local.settings.json).");

    private readonly Option<string?> _topic = Create("--topic", "NAME", $"Topic of the events. [default: the setting KafkaTopic, else {DefaultTopic}]");

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_brokers);
        command.Options.Add(_topic);
    }

    /// <summary>The connection; TLS and sign-in come from KafkaProtocol, KafkaSslCaPem and the other settings of <see cref="KafkaConnection"/>.</summary>
    /// <exception cref="SettingException">A setting cannot be used; the message names it.</exception>
    public KafkaConnection Connection(ParseResult arguments, IConfiguration settings)
    {
        var complete = new ConfigurationBuilder()
            .AddConfiguration(settings)
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["KafkaBrokers"] = FirstOf(arguments.GetValue(_brokers), settings["KafkaBrokers"], DefaultBrokers),
                ["KafkaTopic"] = FirstOf(arguments.GetValue(_topic), settings["KafkaTopic"], DefaultTopic),
            })
            .Build();
        return KafkaConnection.FromSettings(complete);
    }

    private static Option<string?> Create(string name, string value, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && string.IsNullOrWhiteSpace(given)) result.AddError($"{name}: expected {value}, found \"{given}\"");
        });
        return option;
    }

    private static string FirstOf(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
            if (!string.IsNullOrWhiteSpace(value)) return value;
        throw new ArgumentException("none is set", nameof(values));
    }
}
