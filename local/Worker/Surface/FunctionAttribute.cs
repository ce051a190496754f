namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a method a function of the app. Its name is unique in the app, whatever the case of its letters.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute : Attribute
{
    public FunctionAttribute(string name) => Name = name;

    public string Name { get; }
}
