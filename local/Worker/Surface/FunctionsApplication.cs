using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ShitOps.Local.Worker;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app begins.</summary>
public class FunctionsApplication
{
    /// <summary>
    /// A builder for the functions of the calling assembly; the package's takes those of the entry assembly.
    /// The difference shows only to tests, which run the app in their own process.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        FunctionAppException.EndProcessWithMessage();
        return new FunctionsApplicationBuilder(args, Assembly.GetCallingAssembly().GetExportedTypes());
    }
}

/// <summary>
/// Composes a function app. Here the built app is host and worker in one: it listens, polls and keeps time itself,
/// where Microsoft's worker waits for the Functions host to call it.
/// </summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly FunctionApp _app;

    /// <param name="args">The command line.</param>
    /// <param name="classes">Where the functions are.</param>
    internal FunctionsApplicationBuilder(string[] args, IReadOnlyCollection<Type> classes) => _app = new FunctionApp(args, classes);

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_app.Web).Properties;

    public ConfigurationManager Configuration => _app.Web.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => _app.Web.Configuration;

    public IHostEnvironment Environment => _app.Web.Environment;

    public ILoggingBuilder Logging => _app.Web.Logging;

    public IMetricsBuilder Metrics => _app.Web.Metrics;

    public IServiceCollection Services => _app.Web.Services;

    internal FunctionApp App => _app;

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _app.Middleware.Add(middleware);
        return this;
    }

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_app.Web).ConfigureContainer(factory, configure);

    /// <summary>Builds the app.</summary>
    /// <exception cref="FunctionAppException">Functions or settings have faults, which the message lists.</exception>
    public IHost Build() => _app.Build();
}

/// <summary>HTTP functions on ASP.NET Core's own types.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Lets HTTP functions take <c>HttpRequest</c> and return <c>IActionResult</c>.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.App.AnswersHttp = true;
        builder.Services.AddMvcCore();
        return builder;
    }
}
