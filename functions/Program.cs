using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.ObjectPool;
using ShitOps;
using ShitOps.Events;
using ShitOps.Ingestion;
using ShitOps.Pipeline;
using ShitOps.Storage;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.AddTelemetry(builder.Configuration);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddSingleton(KafkaConnection.FromSettings(builder.Configuration));
    builder.Services.AddSingleton(KafkaStream.FromSettings(builder.Configuration));
    builder.Services.AddSingleton(StorageAccount.FromSettings(builder.Configuration));
    builder.Services.AddSingleton(DeadLetterRetention.FromSettings(builder.Configuration));
    builder.Services.AddSingleton(services => new EventProducer(
        services.GetRequiredService<KafkaConnection>(), services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<EventProducer>>()));
    builder.Services.AddSingleton(ObjectPool.Create<EventDecoder>());
    builder.Services.AddSingleton<EventIntake>();
    builder.Services.AddSingleton<DeadLetters>();
    builder.Services.AddSingleton<PartitionCounts>();
    builder.Services.AddSingleton<LogEnds>();
    builder.Services.AddSingleton<EventCounter>();
    builder.Services.AddSingleton<PipelineHealth>();
    builder.Build().Run();
    return 0;
}
catch (SettingException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
