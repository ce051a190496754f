using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace ShitOps.Local.Worker;

/// <summary>Finds the functions of an assembly and refuses those that could not run, all faults at once.</summary>
internal static class FunctionCatalog
{
    public static ImmutableArray<AppFunction> Find(IEnumerable<Type> classes, AppSettings settings)
    {
        var functions = ImmutableArray.CreateBuilder<AppFunction>();
        var faults = new List<string>();
        foreach (var type in classes)
        {
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
                {
                    continue;
                }

                try
                {
                    functions.Add(Read(attribute.Name, method, settings));
                }
                catch (FunctionAppException fault)
                {
                    faults.Add(fault.Message);
                }
            }
        }

        faults.AddRange(functions
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Count() > 1)
            .Select(same => $"Function '{same.Key}' is there {same.Count()} times: {string.Join(", ", same.Select(function => function.EntryPoint))}."));
        return faults.Count == 0 ? functions.ToImmutable() : throw new FunctionAppException(string.Join(Environment.NewLine, faults));
    }

    private static AppFunction Read(string name, MethodInfo method, AppSettings settings)
    {
        var parameters = method.GetParameters();
        var triggers = parameters.Where(parameter => parameter.IsDefined(typeof(TriggerBindingAttribute))).ToArray();
        if (triggers is not [var triggerParameter])
        {
            throw new FunctionAppException($"Function '{name}' ({method.DeclaringType!.Name}.{method.Name}) has {triggers.Length} triggers, expected one.");
        }

        if (method.DeclaringType is { IsAbstract: true, IsSealed: false } or { ContainsGenericParameters: true } || method.ContainsGenericParameters)
        {
            throw new FunctionAppException($"Function '{name}' ({method.DeclaringType!.Name}.{method.Name}) is in an abstract class or generic.");
        }

        var trigger = triggerParameter.GetCustomAttribute<TriggerBindingAttribute>()!;
        var accepted = trigger switch
        {
            HttpTriggerAttribute => typeof(HttpRequest),
            KafkaTriggerAttribute { IsBatched: true } => typeof(KafkaRecord[]),
            KafkaTriggerAttribute => typeof(KafkaRecord),
            TimerTriggerAttribute => typeof(TimerInfo),
            _ => throw new FunctionAppException($"Function '{name}': the trigger {trigger.GetType().Name} is not known."),
        };
        if (triggerParameter.ParameterType != accepted)
        {
            throw new FunctionAppException(
                $"Function '{name}', parameter '{triggerParameter.Name}' is {triggerParameter.ParameterType.Name}, expected {accepted.Name}.");
        }

        var route = trigger is HttpTriggerAttribute http ? ParseRoute(http, name, settings) : null;
        RequireReturn(name, method, trigger);
        return new AppFunction(name, method, trigger, triggerParameter, [.. parameters.Select(Argument)]);

        Func<Invocation, object?> Argument(ParameterInfo parameter)
        {
            if (parameter == triggerParameter)
            {
                return invocation => invocation.Trigger;
            }

            if (parameter.ParameterType == typeof(FunctionContext))
            {
                return invocation => invocation;
            }

            if (parameter.ParameterType == typeof(CancellationToken))
            {
                return invocation => invocation.CancellationToken;
            }

            if (trigger is HttpTriggerAttribute && parameter.ParameterType == typeof(HttpRequest))
            {
                return invocation => invocation.Trigger;
            }

            if (route?.GetParameter(parameter.Name!) is not null && RouteValue.Reader(parameter) is { } reader)
            {
                return invocation => reader(((HttpRequest)invocation.Trigger).RouteValues[parameter.Name!]);
            }

            throw new FunctionAppException(
                $"Function '{name}', parameter '{parameter.Name}' ({parameter.ParameterType.Name}) is bound to nothing: "
                + "it is neither the trigger, FunctionContext, CancellationToken, nor a value in the route.");
        }
    }

    private static RoutePattern ParseRoute(HttpTriggerAttribute trigger, string name, AppSettings settings)
    {
        try
        {
            return RoutePatternFactory.Parse(settings.Resolve(trigger.Route ?? name, $"Function '{name}', Route"));
        }
        catch (RoutePatternException fault)
        {
            throw new FunctionAppException($"Function '{name}': the route '{trigger.Route}' cannot be read: {fault.Message}", fault);
        }
    }

    private static void RequireReturn(string name, MethodInfo method, TriggerBindingAttribute trigger)
    {
        var type = method.ReturnType;
        if (type == typeof(void) || type == typeof(Task))
        {
            return;
        }

        var result = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;
        if (trigger is HttpTriggerAttribute && (result.IsAssignableTo(typeof(IActionResult)) || result.IsAssignableTo(typeof(IResult))))
        {
            return;
        }

        throw new FunctionAppException(trigger is HttpTriggerAttribute
            ? $"Function '{name}' returns {result.Name}, expected IActionResult or IResult."
            : $"Function '{name}' returns {result.Name}, for which there is no output binding.");
    }
}
