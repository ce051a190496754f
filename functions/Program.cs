using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using ShitOps;
using ShitOps.Observability;
using ShitOps.Planning;

try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.UseMiddleware<InvocationMetrics>();
    builder.UseMiddleware<FormPlanning>();
    builder.Services.AddTelemetry(builder.Configuration);
    Services.Add(builder.Services, builder.Configuration);
    builder.Build().Run();
    return 0;
}
catch (SettingException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
