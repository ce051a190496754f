using ShitOps.Bench;
using ShitOps.Bench.Archive;
using ShitOps.Bench.Ingest;

switch (args)
{
    case ["archive", .. var rest]:
        return await ArchiveBench.RunAsync(rest);
    case ["ask", .. var rest]:
        return AskBench.Run(rest);
    case ["audit", .. var rest]:
        return await AuditBench.RunAsync(rest);
    case ["broker", .. var rest]:
        return await BrokerBench.RunAsync(rest);
    case ["fold", .. var rest]:
        return FoldBench.Run(rest);
    case ["forecast", .. var rest]:
        return ForecastBench.Run(rest);
    case ["ingest", .. var rest]:
        return await IngestBench.RunAsync(rest);
    case ["worker", .. var rest]:
        return await WorkerBench.RunAsync(rest);
    default:
        Console.Error.WriteLine("""
            Usage: dotnet run -c Release --project bench -- COMMAND
              archive [--events N]    encoding, bytes an event beside JSON lines by zstd, replay
              ask [--train]           questions in words: time, size of the model, and how many are understood
              audit [--events N]      looking up one task in the archive, beside DuckDB
              broker [--messages N]   the embedded broker with Confluent's client
              fold [--events N]       decoding and folding events beside walking the same bytes
              forecast [--projects N] simulated weeks a second and core, a fleet in one go, and a whole forecast of a project
              ingest [--events N]     the whole way of events: Kafka, aggregates, tables; beside their limits and PostgreSQL
              worker [--events N]     an empty function behind the Kafka trigger of the local runtime
            """);
        return 2;
}
