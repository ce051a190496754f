using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace ShitOps.Local.Worker;

/// <summary>A function of the app, ready to be run: its method, what starts it, and where each argument comes from.</summary>
internal sealed class AppFunction : FunctionDefinition
{
    private readonly MethodInvoker _method;
    private readonly ObjectFactory? _instance;
    private readonly ImmutableArray<Func<Invocation, object?>> _arguments;

    /// <param name="name">As the <see cref="FunctionAttribute"/> has it.</param>
    /// <param name="method">What is run.</param>
    /// <param name="trigger">What starts it.</param>
    /// <param name="triggerParameter">The parameter that has <paramref name="trigger"/>.</param>
    /// <param name="arguments">One per parameter of the method.</param>
    public AppFunction(
        string name,
        MethodInfo method,
        TriggerBindingAttribute trigger,
        ParameterInfo triggerParameter,
        ImmutableArray<Func<Invocation, object?>> arguments)
    {
        Name = name;
        Method = method;
        Trigger = trigger;
        Where = $"Function '{name}', parameter '{triggerParameter.Name}'";
        Retry = method.GetCustomAttribute<RetryAttribute>();
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(
            triggerParameter.Name!, new TriggerMetadata(triggerParameter.Name!, TypeOf(trigger)));
        Parameters = [.. method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];
        _arguments = arguments;
        _method = MethodInvoker.Create(method);
        _instance = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, []);
    }

    public MethodInfo Method { get; }

    public TriggerBindingAttribute Trigger { get; }

    public string TriggerType => TypeOf(Trigger);

    /// <summary>The function and its trigger's parameter, as messages begin.</summary>
    public string Where { get; }

    public RetryAttribute? Retry { get; }

    public override string Id => Name;

    public override string Name { get; }

    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <summary>Runs the method on an instance of its own and leaves what it returned in the invocation.</summary>
    public async Task RunAsync(Invocation invocation)
    {
        var arguments = new object?[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _arguments[i](invocation);
        }

        var instance = _instance?.Invoke(invocation.InstanceServices, []);
        var returned = _method.Invoke(instance, arguments.AsSpan());
        if (returned is Task task)
        {
            await task;
            returned = task.GetType().GetProperty(nameof(Task<>.Result))?.GetValue(task);
        }

        invocation.Result.Value = returned;
    }

    private static string TypeOf(TriggerBindingAttribute trigger) => trigger switch
    {
        HttpTriggerAttribute => "httpTrigger",
        KafkaTriggerAttribute => "kafkaTrigger",
        TimerTriggerAttribute => "timerTrigger",
        _ => trigger.GetType().Name,
    };

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
