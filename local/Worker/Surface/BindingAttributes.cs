namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What binds a parameter to something outside the function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class BindingAttribute : Attribute;

/// <summary>What starts a function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute;
