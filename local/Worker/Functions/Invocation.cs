using System.Collections;
using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>One run of a function: what its middleware, and the function if it asks, are given.</summary>
internal sealed class Invocation : FunctionContext
{
    public Invocation(AppFunction function, object trigger, IServiceProvider services, Origin origin, CancellationToken cancelled)
    {
        Function = function;
        Trigger = trigger;
        InstanceServices = services;
        TraceContext = new ReceivedTrace(origin.TraceParent ?? "", origin.TraceState ?? "");
        RetryContext = new Retry(origin.RetryCount, function.Retry?.MaxRetryCount ?? 0);
        BindingContext = new Bindings(origin.BindingData ?? ImmutableDictionary<string, object?>.Empty);
        CancellationToken = cancelled;
        Features.Set<InvocationResult>(Result);
    }

    public AppFunction Function { get; }

    public object Trigger { get; }

    public ReturnValue Result { get; } = new();

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => Function.Id;

    public override FunctionDefinition FunctionDefinition => Function;

    public override IServiceProvider InstanceServices { get; set; }

    public override TraceContext TraceContext { get; }

    public override RetryContext RetryContext { get; }

    public override BindingContext BindingContext { get; }

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new FeaturesByType();

    public override CancellationToken CancellationToken { get; }

    /// <summary>Where an invocation comes from, apart from the trigger's value.</summary>
    internal readonly record struct Origin(
        string? TraceParent = null, string? TraceState = null, int RetryCount = 0, IReadOnlyDictionary<string, object?>? BindingData = null);

    internal sealed class ReturnValue : InvocationResult
    {
        public override object? Value { get; set; }
    }

    private sealed class ReceivedTrace(string parent, string state) : TraceContext
    {
        public override string TraceParent => parent;

        public override string TraceState => state;
    }

    private sealed class Retry(int count, int most) : RetryContext
    {
        public override int RetryCount => count;

        public override int MaxRetryCount => most;
    }

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class FeaturesByType : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
