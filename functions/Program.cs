using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ShitOps;
using ShitOps.Ingestion;
using ShitOps.Pipeline;
using ShitOps.Storage;

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
builder.Services.AddSingleton<EventIntake>();
builder.Services.AddSingleton<DeadLetters>();
builder.Services.AddSingleton<PartitionCounts>();
builder.Services.AddSingleton<EventCounter>();
builder.Services.AddSingleton<PipelineHealth>();
builder.Build().Run();
