using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ShitOps.Tests.AzureBuild;

/// <summary>The function app may use of the worker only what Microsoft's packages have too, as docs/runtimes.md lists it.</summary>
public class SurfaceTests
{
    private const string Accessor = "get_";
    private const string Worker = "ShitOps.Local.Worker";

    private static readonly string[] KafkaTrigger =
    [
        "AuthenticationMode", "BrokerList", "ConsumerGroup", "IsBatched", "LagThreshold", "OAuthBearerClientId", "OAuthBearerClientSecret", "OAuthBearerExtensions",
        "OAuthBearerMethod", "OAuthBearerScope", "OAuthBearerTokenEndpointUrl", "Password", "Protocol", "SslCaLocation", "SslCaPEM", "SslCertificateLocation",
        "SslCertificatePEM", "SslCertificateandKeyPEM", "SslKeyLocation", "SslKeyPEM", "SslKeyPassword", "Topic", "Username",
    ];

    /// <summary>Type, then the members that may be used; constructors go without saying.</summary>
    private static readonly Dictionary<string, string[]> Surface = new()
    {
        ["Microsoft.Azure.Functions.Worker.FunctionAttribute"] = [],
        ["Microsoft.Azure.Functions.Worker.FunctionContext"] =
            ["InvocationId", "FunctionId", "TraceContext", "BindingContext", "RetryContext", "InstanceServices", "FunctionDefinition", "Items", "Features", "CancellationToken"],
        ["Microsoft.Azure.Functions.Worker.IFunctionsWorkerApplicationBuilder"] = [],
        ["Microsoft.Azure.Functions.Worker.FunctionDefinition"] = ["Parameters", "PathToAssembly", "EntryPoint", "Id", "Name", "InputBindings", "OutputBindings"],
        ["Microsoft.Azure.Functions.Worker.BindingMetadata"] = ["Name", "Type", "Direction"],
        ["Microsoft.Azure.Functions.Worker.HttpTriggerAttribute"] = ["Route"],
        ["Microsoft.Azure.Functions.Worker.AuthorizationLevel"] = [],
        ["Microsoft.Azure.Functions.Worker.TimerTriggerAttribute"] = ["RunOnStartup", "UseMonitor"],
        ["Microsoft.Azure.Functions.Worker.TimerInfo"] = ["ScheduleStatus", "IsPastDue"],
        ["Microsoft.Azure.Functions.Worker.ScheduleStatus"] = ["Last", "Next", "LastUpdated"],
        ["Microsoft.Azure.Functions.Worker.KafkaTriggerAttribute"] = KafkaTrigger,
        ["Microsoft.Azure.Functions.Worker.BrokerProtocol"] = [],
        ["Microsoft.Azure.Functions.Worker.BrokerAuthenticationMode"] = [],
        ["Microsoft.Azure.Functions.Worker.KafkaRecord"] = ["Topic", "Partition", "Offset", "Key", "Value", "Timestamp", "Headers"],
        ["Microsoft.Azure.Functions.Worker.KafkaTimestamp"] = ["UnixTimestampMs", "Type", "DateTimeOffset"],
        ["Microsoft.Azure.Functions.Worker.KafkaHeader"] = ["Key", "Value", "GetValueAsString"],
        ["Microsoft.Azure.Functions.Worker.Builder.FunctionsApplication"] = ["CreateBuilder"],
        ["Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder"] = ["Services", "Configuration", "Environment", "Logging", "Build"],
        ["Microsoft.Azure.Functions.Worker.Middleware.IFunctionsWorkerMiddleware"] = ["Invoke"],
        ["Microsoft.Azure.Functions.Worker.Middleware.FunctionExecutionDelegate"] = ["Invoke"],
        // Extension methods: the source calls them by name, and the namespace of each is imported anyway.
        ["FunctionsApplicationBuilderAspNetCoreExtensions"] = ["ConfigureFunctionsWebApplication"],
        ["ConfigureFunctionsOpenTelemetry"] = ["UseFunctionsWorkerDefaults"],
        ["FunctionContextExtensions"] = ["GetHttpContext"],
        ["MiddlewareWorkerApplicationBuilderExtensions"] = ["UseMiddleware"],
    };

    [Fact]
    public void Function_classes_use_nothing_of_the_worker_but_what_both_builds_have()
    {
        var used = UsedOfTheWorker().ToList();

        Assert.Contains(("Microsoft.Azure.Functions.Worker.KafkaRecord", "Offset"), used);
        Assert.Contains(("Microsoft.Azure.Functions.Worker.KafkaTriggerAttribute", "SslCaPEM"), used);
        Assert.All(used, member =>
        {
            var type = Surface.ContainsKey(member.Type) ? member.Type : member.Type[(member.Type.LastIndexOf('.') + 1)..];
            Assert.True(Surface.TryGetValue(type, out var members), $"{member.Type} is not of the documented surface");
            Assert.True(member.Member is ".ctor" || members.Contains(member.Member), $"{member.Type}.{member.Member} is not of the documented surface");
        });
    }

    [Fact]
    public void The_Kafka_trigger_has_the_properties_that_the_package_documents()
    {
        Assert.Equal(
            KafkaTrigger,
            typeof(Microsoft.Azure.Functions.Worker.KafkaTriggerAttribute).GetProperties().Where(property => property.DeclaringType == typeof(Microsoft.Azure.Functions.Worker.KafkaTriggerAttribute))
                .Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(-1, (int)Microsoft.Azure.Functions.Worker.BrokerProtocol.NotSet);
    }

    [Fact]
    public void The_sources_of_the_functions_hold_no_conditional_compilation()
    {
        var sources = Directory.EnumerateFiles(RepositoryRoot.File("functions"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

        Assert.All(sources, path => Assert.DoesNotContain("#if", File.ReadAllText(path), StringComparison.Ordinal));
    }

    /// <summary>Types of the worker that the app's metadata names, in whatever way, with the members of them that it uses, in code and in attributes.</summary>
    private static IEnumerable<(string Type, string Member)> UsedOfTheWorker()
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "ShitOps.Functions.dll")));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.TypeReferences)
            if (OfTheWorker(metadata, handle) is { } type) yield return (type, ".ctor");

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference || OfTheWorker(metadata, (TypeReferenceHandle)member.Parent) is not { } type) continue;
            var name = metadata.GetString(member.Name);
            yield return (type, name.StartsWith(Accessor, StringComparison.Ordinal) ? name[Accessor.Length..] : name);
        }

        // Named arguments of attributes are no member references.
        var functions = System.Reflection.Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "ShitOps.Functions.dll"));
        foreach (var method in functions.GetTypes().SelectMany(type => type.GetMethods()))
        {
            foreach (var attribute in method.GetCustomAttributesData().Concat(method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributesData())))
            {
                if (attribute.AttributeType.Assembly.GetName().Name != Worker) continue;
                foreach (var argument in attribute.NamedArguments) yield return (attribute.AttributeType.FullName!, argument.MemberName);
            }
        }
    }

    private static string? OfTheWorker(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.AssemblyReference
            && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == Worker
            ? $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"
            : null;
    }
}
