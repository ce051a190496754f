using Microsoft.Extensions.Configuration;
using ShitOps.Cli.CommandLine;

return await ShitOpsCommand.RunAsync(
    args, Terminal.OfProcess(), () => AppSettings.Read(Environment.CurrentDirectory, new ConfigurationBuilder().AddEnvironmentVariables().Build()));
