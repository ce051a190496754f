using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.Cli.CommandLine;

/// <summary>Which storage account: <c>--storage</c>, else the settings of the function app, else the local one.</summary>
internal sealed class StorageOptions
{
    private const string Local = "UseDevelopmentStorage=true";

    private readonly Option<string?> _storage = new("--storage")
    {
        Description = "Connection string of the storage account. [default: the setting AzureWebJobsStorage, or AzureWebJobsStorage__accountName for access by identity, else the storage of this machine]",
        HelpName = "CONNECTION",
    };

    /// <summary>Gives a command the option.</summary>
    public void AddTo(Command command) => command.Options.Add(_storage);

    /// <summary>The account, and the settings that it is in.</summary>
    /// <exception cref="SettingException">A setting cannot be used; the message names it.</exception>
    public (StorageAccount Account, IConfiguration Settings) Account(ParseResult arguments, IConfiguration settings)
    {
        var stated = arguments.GetValue(_storage);
        var isByIdentity = settings.GetSection("AzureWebJobsStorage").GetChildren().Any();
        var connection = !string.IsNullOrWhiteSpace(stated) ? stated : settings["AzureWebJobsStorage"] is { Length: > 0 } known ? known : isByIdentity ? null : Local;
        var complete = new ConfigurationBuilder().AddConfiguration(settings);
        if (connection is not null) complete.AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)connection)]);
        var all = complete.Build();
        return (StorageAccount.FromSettings(all), all);
    }
}
