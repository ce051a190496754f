using ShitOps.Bench;

switch (args)
{
    case ["broker", .. var rest]:
        return await BrokerBench.RunAsync(rest);
    default:
        Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- broker [--messages N]");
        return 2;
}
