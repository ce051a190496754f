using Microsoft.Extensions.Configuration;
using ShitOps.Cli.CommandLine;

return await ShitOpsCommand.RunAsync(args, Terminal.OfProcess(), new ConfigurationBuilder().AddEnvironmentVariables().Build());
