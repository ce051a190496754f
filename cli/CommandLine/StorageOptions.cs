using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using ShitOps.Storage;

namespace ShitOps.Cli.CommandLine;

/// <summary>Which storage account: <c>--storage</c>, else the settings of the function app, else the local one.</summary>
internal sealed class StorageOptions
{
    private const string Local = "UseDevelopmentStorage=true";

    private readonly Option<string?> _storage = new("--storage")
    {
        Description = "Connection string of the storage account, or the first of Azurite's ports on this machine (--storage-port of the local runtime). [default: the setting DataStorage or AzureWebJobsStorage, or DataStorage__accountName or AzureWebJobsStorage__accountName for access by identity, else the storage of this machine]",
        HelpName = "CONNECTION|PORT",
    };

    /// <summary>The connection string of an Azurite, whose account and key are the same everywhere (learn.microsoft.com/azure/storage/common/storage-use-azurite).</summary>
    private static string Azurite(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;TableEndpoint=http://127.0.0.1:{port + 2}/devstoreaccount1");

    /// <summary>Gives a command the option.</summary>
    public void AddTo(Command command) => command.Options.Add(_storage);

    /// <summary>The account, and the settings that it is in.</summary>
    /// <exception cref="SettingException">A setting cannot be used; the message names it.</exception>
    public (StorageAccount Account, IConfiguration Settings) Account(ParseResult arguments, IConfiguration settings)
    {
        var stated = arguments.GetValue(_storage);
        if (int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_533) stated = Azurite(port);
        var complete = new ConfigurationBuilder().AddConfiguration(settings);
        if (!string.IsNullOrWhiteSpace(stated)) complete.AddInMemoryCollection([KeyValuePair.Create("DataStorage", (string?)stated), KeyValuePair.Create("AggregateStorage", (string?)"")]);
        else if (!StorageAccount.IsNamed(settings)) complete.AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsStorage", (string?)Local)]);
        var all = complete.Build();
        return (StorageAccount.FromSettings(all), all);
    }
}
