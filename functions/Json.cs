using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace ShitOps;

/// <summary>JSON over HTTP as this app writes it: camelCase, nulls left out.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSchemaExporterOptions SchemaOptions = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>An answer with <paramref name="value"/> as its body.</summary>
    public static IActionResult Answer<T>(int status, T value, string contentType = "application/json; charset=utf-8") =>
        new JsonAnswer<T>(status, value, contentType);

    /// <summary>The JSON Schema of what <see cref="Answer{T}"/> writes of a type.</summary>
    public static JsonObject SchemaOf<T>() => Options.GetJsonSchemaAsNode(typeof(T), SchemaOptions).AsObject();

    // Writes straight to the response: the runtimes differ in which MVC formatters they register.
    private sealed class JsonAnswer<T>(int status, T value, string contentType) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context)
        {
            var response = context.HttpContext.Response;
            response.StatusCode = status;
            if (status == StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "1";
            return response.WriteAsJsonAsync(value, Options, contentType, context.HttpContext.RequestAborted);
        }
    }
}
