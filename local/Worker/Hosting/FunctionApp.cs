using System.Collections.Immutable;
using System.Globalization;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ShitOps.Local.Worker;

/// <summary>Puts an app together: settings and host.json, its functions, and what listens for them.</summary>
internal sealed partial class FunctionApp
{
    private const long DefaultBodyLimit = 100 * 1024 * 1024;

    private readonly IReadOnlyCollection<Type> _classes;
    private readonly string _root;

    /// <param name="args">Arguments of <see cref="ListenAddress.ParseArguments"/>; others are settings, <c>--Name=value</c>.</param>
    /// <param name="classes">Where the functions are.</param>
    public FunctionApp(string[] args, IReadOnlyCollection<Type> classes)
    {
        _classes = classes;
        var (others, listening) = ListenAddress.ParseArguments(args);
        var early = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(others).Build();
        _root = Path.GetFullPath(early["AzureWebJobsScriptRoot"]
            ?? (File.Exists("host.json") ? Environment.CurrentDirectory : AppContext.BaseDirectory));

        Web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = classes.FirstOrDefault()?.Assembly.GetName().Name,
            ContentRootPath = _root,
            EnvironmentName = early["AZURE_FUNCTIONS_ENVIRONMENT"] ?? Environments.Development,
        });

        // The launcher reads it in the folder where it is started, and what it starts goes by the same one.
        var isStartedWithSettings = early["AzureWebJobsScriptRoot"] is null && File.Exists("local.settings.json");
        LocalSettingsFile.AddTo(Web.Configuration, isStartedWithSettings ? Environment.CurrentDirectory : _root);
        Web.Configuration.AddEnvironmentVariables().AddCommandLine(others).AddInMemoryCollection(listening);
        Web.Logging.AddConsole(console => console.FormatterName = ConsoleLine.FormatterName).AddConsoleFormatter<ConsoleLine, ConsoleFormatterOptions>();
        Web.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        Web.Services.AddRouting();
        Web.Services.TryAddSingleton(TimeProvider.System);
        Web.Services.AddSingleton<TriggerListeners>();
    }

    public WebApplicationBuilder Web { get; }

    /// <summary>Around every function, outermost first.</summary>
    public List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> Middleware { get; } = [];

    /// <summary>Whether the app asked for ASP.NET Core's types, without which the package knows no HttpRequest.</summary>
    public bool AnswersHttp { get; set; }

    public IHost Build()
    {
        var settings = new AppSettings(Web.Configuration);
        var host = HostJson.Load(_root, Web.Configuration);
        var listen = ListenAddress.Read(settings, Web.Configuration);
        var bodyLimit = BodyLimit(settings);
        var all = FunctionCatalog.Find(_classes, settings);
        var functions = all.RemoveAll(function => settings.IsDisabled(function.Name));
        var paths = functions
            .Where(function => function.Trigger is HttpTriggerAttribute)
            .ToDictionary(function => function.Name, function => HttpFunctions.RouteOf(function, host.Http, settings), StringComparer.OrdinalIgnoreCase);
        if (paths.Count > 0 && !AnswersHttp)
        {
            throw new FunctionAppException($"Function '{paths.Keys.First()}' takes an HttpRequest: call builder.ConfigureFunctionsWebApplication().");
        }

        var faults = HttpFunctions.Conflicts(functions, paths).ToList();

        Web.Logging.AddFilter("Microsoft", LogLevel.Warning).AddConfiguration(host.Configuration.GetSection("logging"));
        Web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = bodyLimit;
            kestrel.Listen(listen.Host, listen.Port);
        });
        Web.Services.AddHostedService(services => services.GetRequiredService<TriggerListeners>());
        if (settings.IsOn(StandardInput.Setting))
        {
            Web.Services.AddHostedService<StandardInput>();
        }

        var app = Web.Build();
        var listeners = app.Services.GetRequiredService<TriggerListeners>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        var hostId = host.HostId ?? settings["AzureFunctionsWebHost__hostId"] ?? Web.Environment.ApplicationName.ToLowerInvariant();
        var invoker = new FunctionInvoker(
            FunctionInvoker.Compose(Middleware),
            host.FunctionTimeout,
            app.Services.GetRequiredService<IServiceScopeFactory>(),
            time,
            app.Services.GetRequiredService<ILoggerFactory>());

        var keys = listen.RequiresKeys
            ? FunctionKeys.LoadOrCreate(
                settings["FUNCTIONS_KEYS_FILE"] ?? Path.Combine(_root, ".data", "keys.json"),
                functions.Where(function => function.Trigger is HttpTriggerAttribute { AuthLevel: AuthorizationLevel.Function }).Select(function => function.Name))
            : null;
        var http = new HttpFunctions(host, invoker, new RequestThrottle(host.Http), keys, bodyLimit, listeners.Stopping);
        if (!listen.RequiresKeys)
        {
            app.Use((context, next) =>
            {
                if (!ListenAddress.IsOfThisMachine(context.Request.Host.Host))
                {
                    context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
                    return context.Response.WriteAsync("Without keys this app answers for localhost only: start it with --require-keys to reach it by another name.");
                }

                if (ListenAddress.IsAllowed(context.Request.Method, context.Request.Headers.Origin)) return next(context);
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return context.Response.WriteAsync("Without keys this app lets pages of this machine only change anything: start it with --require-keys, and send a key.");
            });
        }

        AppPage.Use(app, AppContext.BaseDirectory);
        HttpFunctions.UseRouting(app);
        AdminEndpoints.Map(app, keys, hostId, functions, paths);

        foreach (var function in functions)
        {
            try
            {
                Attach(function);
            }
            catch (FunctionAppException fault)
            {
                faults.Add(fault.Message);
            }
        }

        if (faults.Count > 0)
        {
            ((IDisposable)app).Dispose();
            throw new FunctionAppException(string.Join(Environment.NewLine, faults.Distinct(StringComparer.Ordinal)));
        }

        return new FunctionAppHost(app, listen, (logger, address) =>
        {
            foreach (var setting in host.Ignored)
            {
                LogIgnored(logger, setting);
            }

            List(logger, address, functions, all, paths, settings);
        });

        void Attach(AppFunction function)
        {
            switch (function.Trigger)
            {
                case HttpTriggerAttribute:
                    http.Map(app, function, "/" + paths[function.Name]);
                    break;
                case KafkaTriggerAttribute trigger:
                    listeners.Add(new KafkaListener(function, KafkaSubscription.Read(trigger, host.Kafka, settings, function.Where), host.Kafka, invoker, app.Lifetime));
                    break;
                case TimerTriggerAttribute trigger:
                    var schedule = TimerSchedule.Parse(settings.Resolve(trigger.Schedule, function.Where), function.Where);
                    listeners.Add(new TimerListener(function, schedule, TimerContainer(settings, function), hostId, host.TimerLock, invoker, time));
                    break;
            }
        }
    }

    /// <summary>Where timers keep their locks: by a connection string, or as the host reads it by identity, without keys.</summary>
    private static BlobContainerClient TimerContainer(AppSettings settings, AppFunction function)
    {
        const string Setting = "AzureWebJobsStorage";
        if (settings[Setting] is { } connection)
        {
            try
            {
                return new BlobContainerClient(connection, TimerListener.Container);
            }
            catch (FormatException fault)
            {
                throw new FunctionAppException($"The setting '{Setting}' is no connection string: {fault.Message}", fault);
            }
        }

        var blobs = settings[$"{Setting}__blobServiceUri"] ?? (settings[$"{Setting}__accountName"] is { } account ? $"https://{account}.blob.core.windows.net" : null);
        if (blobs is null) throw new FunctionAppException($"{function.Where}: timers keep their locks in storage, and the setting '{Setting}' is not set.");
        TokenCredential credential = settings[$"{Setting}__clientId"] is { } clientId ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)) : new DefaultAzureCredential();
        return new BlobContainerClient(new Uri($"{blobs.TrimEnd('/')}/{TimerListener.Container}"), credential);
    }

    private static long BodyLimit(AppSettings settings)
    {
        const string Setting = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
        if (settings[Setting] is not { } text)
        {
            return DefaultBodyLimit;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes
            : throw new FunctionAppException($"The setting '{Setting}' is '{text}', expected a number of bytes.");
    }

    private static void List(
        ILogger logger,
        Uri address,
        ImmutableArray<AppFunction> functions,
        ImmutableArray<AppFunction> all,
        Dictionary<string, string> paths,
        AppSettings settings)
    {
        foreach (var function in functions.OrderBy(function => function.Name, StringComparer.Ordinal))
        {
            LogFunction(logger, function.Name, function.Trigger switch
            {
                HttpTriggerAttribute trigger =>
                    $"{(trigger.Methods is { Length: > 0 } methods ? string.Join(',', methods).ToUpperInvariant() : "any")} {address}{paths[function.Name]}",
                KafkaTriggerAttribute trigger => $"Kafka topic {settings.ResolveTwice(trigger.Topic, function.Where)}",
                TimerTriggerAttribute trigger => $"timer {settings.Resolve(trigger.Schedule, function.Where)}",
                _ => function.TriggerType,
            });
        }

        foreach (var function in all.Except(functions))
        {
            LogFunction(logger, function.Name, "disabled");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "host.json: {Setting} has no effect in this runtime")]
    private static partial void LogIgnored(ILogger logger, string setting);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: {Trigger}")]
    private static partial void LogFunction(ILogger logger, string function, string trigger);
}
