using ShitOps.Bench;

switch (args)
{
    case ["broker", .. var rest]:
        return await BrokerBench.RunAsync(rest);
    case ["codec", .. var rest]:
        return CodecBench.Run(rest);
    case ["fold", .. var rest]:
        return FoldBench.Run(rest);
    case ["worker", .. var rest]:
        return await WorkerBench.RunAsync(rest);
    default:
        Console.Error.WriteLine("""
            Usage: dotnet run -c Release --project bench -- COMMAND
              broker [--messages N]   the embedded broker with Confluent's client
              codec [--events N]      decoding events beside walking the same bytes
              fold [--events N]       decoding and folding events beside walking the same bytes
              worker [--events N]     an empty function behind the Kafka trigger of the local runtime
            """);
        return 2;
}
