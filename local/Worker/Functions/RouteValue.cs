using System.ComponentModel;
using System.Reflection;

namespace ShitOps.Local.Worker;

/// <summary>Values of a route, as text, made what a function's parameter is.</summary>
internal static class RouteValue
{
    /// <returns>
    /// A conversion to the parameter's type, or null when there is none. It throws <see cref="FormatException"/> on text that does not fit,
    /// which is answered with 500 as under the host: routes have constraints (<c>{id:int}</c>) to answer 404 instead.
    /// </returns>
    public static Func<object?, object?>? Reader(ParameterInfo parameter)
    {
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        if (parameter.ParameterType == typeof(string))
        {
            return value => value?.ToString() ?? missing;
        }

        var type = Nullable.GetUnderlyingType(parameter.ParameterType);
        var optional = type is not null || parameter.HasDefaultValue;
        type ??= parameter.ParameterType;
        if (!type.IsValueType || TypeDescriptor.GetConverter(type) is not { } converter || !converter.CanConvertFrom(typeof(string)))
        {
            return null;
        }

        return value =>
        {
            if (value is null)
            {
                return optional ? missing : throw new FormatException($"The route has no value for '{parameter.Name}'.");
            }

            try
            {
                return converter.ConvertFromInvariantString(value.ToString()!);
            }
            catch (ArgumentException fault)
            {
                throw new FormatException($"'{value}' is no {type.Name} for '{parameter.Name}'.", fault);
            }
        };
    }
}
