using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;

namespace ShitOps.Local.Worker;

/// <summary>What the host answers under <c>/admin</c>, as far as a launcher or a monitor needs it. With keys: the master key.</summary>
internal static class AdminEndpoints
{
    public static void Map(
        IEndpointRouteBuilder routes, FunctionKeys? keys, string hostId, ImmutableArray<AppFunction> functions, IReadOnlyDictionary<string, string> paths)
    {
        Add("admin/host/status", () => new
        {
            id = hostId,
            state = "Running",
            version = typeof(AdminEndpoints).Assembly.GetName().Version!.ToString(),
            processId = Environment.ProcessId,
        });
        Add("admin/functions", () => functions.Select(function => new
        {
            name = function.Name,
            isDisabled = false,
            language = "dotnet-isolated",
            entryPoint = function.EntryPoint,
            trigger = function.TriggerType,
            route = paths.GetValueOrDefault(function.Name),
        }));

        void Add(string path, Func<object> answer) => routes.MapGet(path, (RequestDelegate)(context =>
            keys?.Allow(context.Request, AuthorizationLevel.Admin, function: null) != false
                ? context.Response.WriteAsJsonAsync(answer())
                : HttpProblem.Unauthorized(context.Request, AuthorizationLevel.Admin, function: null).WriteAsync(context)));
    }
}
