using ShitOps.Bench;

switch (args)
{
    case ["broker", .. var rest]:
        return await BrokerBench.RunAsync(rest);
    case ["worker", .. var rest]:
        return await WorkerBench.RunAsync(rest);
    default:
        Console.Error.WriteLine("Usage: dotnet run -c Release --project bench -- broker [--messages N] | worker [--events N]");
        return 2;
}
