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
        Description = "Connection string of the storage account. [default: the setting DataStorage or AzureWebJobsStorage, or DataStorage__accountName or AzureWebJobsStorage__accountName for access by identity, else the storage of this machine]",
        HelpName = "CONNECTION",
    };

    /// <summary>Gives a command the option.</summary>
    public void AddTo(Command command) => command.Options.Add(_storage);

    /// <summary>The account, and the settings that it is in.</summary>
    /// <exception cref="SettingException">A setting cannot be used; the message names it.</exception>
    public (StorageAccount Account, IConfiguration Settings) Account(ParseResult arguments, IConfiguration settings)
    {
        var stated = arguments.GetValue(_storage);
        var complete = new ConfigurationBuilder().AddConfiguration(settings);
        if (!string.IsNullOrWhiteSpace(stated)) complete.AddInMemoryCollection([KeyValuePair.Create("DataStorage", (string?)stated), KeyValuePair.Create("AggregateStorage", (string?)"")]);
        else if (!StorageAccount.IsNamed(settings)) complete.AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)Local)]);
        var all = complete.Build();
        return (StorageAccount.FromSettings(all), all);
    }
}
