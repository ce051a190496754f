using ShitOps.Bench;
using ShitOps.Bench.Archive;
using ShitOps.Bench.Ingest;
using ShitOps.Bench.Planning;
using ShitOps.Bench.Queries;
using ShitOps.Bench.Scaling;

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
    case ["plan", .. var rest]:
        return await PlanBench.RunAsync(rest);
    case ["query", .. var rest]:
        return await QueryBench.RunAsync(rest);
    case ["scaling", .. var rest]:
        return ScalingBench.Run(rest);
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
              plan [--events N]       what plans of queries take, and how near the cost model comes to the best
              query [--projects N]    dashboards' queries over 90 days of many projects, beside a real Prometheus
              scaling                 docs/scaling.md: a day with bursts through the formulas of autoscalers; simulated, a minute
              worker [--events N]     an empty function behind the Kafka trigger of the local runtime
            """);
        return 2;
}
