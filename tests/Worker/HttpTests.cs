using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>HTTP functions as a client sees them.</summary>
public sealed class HttpTests
{
    [Theory]
    [InlineData("GET", "/api/Plain", HttpStatusCode.OK, "plain")]
    [InlineData("POST", "/api/plain", HttpStatusCode.OK, "plain")]
    [InlineData("GET", "/Plain", HttpStatusCode.NotFound, null)]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound, null)]
    [InlineData("HEAD", "/api/nothing", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/api/items/7", HttpStatusCode.OK, "item 7 of none")]
    [InlineData("GET", "/api/items/7/shelf", HttpStatusCode.OK, "item 7 of shelf")]
    [InlineData("GET", "/api/items/seven", HttpStatusCode.NotFound, null)]
    [InlineData("POST", "/api/items/7", HttpStatusCode.NotFound, null)]
    [InlineData("DELETE", "/api/items/7", HttpStatusCode.OK, "gone")]
    [InlineData("GET", "/api/files/a/b.txt", HttpStatusCode.OK, "a/b.txt")]
    [InlineData("GET", "/api/result", HttpStatusCode.OK, "result")]
    [InlineData("GET", "/api/written", HttpStatusCode.OK, "written")]
    [InlineData("GET", "/api/guids/not-a-guid", HttpStatusCode.InternalServerError, null)]
    public async Task Routes_constraints_and_methods(string method, string path, HttpStatusCode status, string? body)
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe());

        using var answer = await app.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, answer.StatusCode);
        if (body is not null) Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/api/nothing", "No function answers GET /api/nothing. GET /admin/functions lists the functions with their routes.")]
    [InlineData("POST", "/api/items/7", "No function answers POST /api/items/7, only DELETE, GET. GET /admin/functions lists the functions with their routes.")]
    [InlineData("POST", "/admin/host/status", "No function answers POST /admin/host/status, only GET. GET /admin/functions lists the functions with their routes.")]
    public async Task Where_no_function_answers_the_problem_says_what_there_is(string method, string path, string detail)
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe());

        using var answer = await app.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Empty(answer.Content.Headers.Allow);
        Assert.Equal(("Not found", 404, detail), await ProblemAsync(answer));
    }

    [Theory]
    [InlineData("/api/keyed", "GET /api/keyed wants a key of the function Keyed, a host key or the master key, ")]
    [InlineData("/api/admins", "GET /api/admins wants the master key, ")]
    [InlineData("/admin/functions", "GET /admin/functions wants the master key, ")]
    public async Task Without_the_right_key_the_problem_says_which_one_it_is_but_for_HEAD(string path, string detail)
    {
        await using var app = await TestApp.StartAsync(TestApp.Builder([typeof(HttpSamples)], settings: null, "--require-keys"));

        using var answer = await app.Http.GetAsync(path);
        using var head = await app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/Headed"));

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(("Unauthorized", 401, detail + "in the header x-functions-key or the query's code. The keys are in the file that the setting FUNCTIONS_KEYS_FILE names."), await ProblemAsync(answer));
        Assert.Equal((HttpStatusCode.Unauthorized, null, ""), (head.StatusCode, head.Content.Headers.ContentType, await head.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task The_prefix_is_host_jsons_and_custom_headers_are_sent()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe(), new()
        {
            ["host:extensions:http:routePrefix"] = "",
            ["host:extensions:http:customHeaders:X-Content-Type-Options"] = "nosniff",
        });

        using var answer = await app.Http.GetAsync("/Plain");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public async Task Results_are_written_as_camel_case_JSON()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe());
        Assert.Equal("""{"firstName":"Ada"}""", await app.Http.GetStringAsync("/api/json"));
    }

    [Fact]
    public async Task A_function_that_throws_is_answered_with_500_and_the_invocation_only()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe());

        using var answer = await app.Http.GetAsync("/api/throws");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, string>>();
        Assert.Equal("The function failed.", body!["error"]);
        Assert.Equal(2, body.Count);
        Assert.Equal(1, app.Log.Count($"Invocation {body["invocationId"]} failed"));
    }

    [Fact]
    public async Task On_loopback_no_key_is_asked_for()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe());
        Assert.Equal("keyed", await app.Http.GetStringAsync("/api/keyed"));
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/admin/host/status")).StatusCode);
    }

    [Fact]
    public async Task With_require_keys_each_level_takes_its_keys()
    {
        var builder = TestApp.Builder([typeof(HttpSamples)], settings: null, "--require-keys");
        var path = builder.Configuration["FUNCTIONS_KEYS_FILE"]!;
        await using var app = await TestApp.StartAsync(builder);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        var keys = file.RootElement;
        var master = keys.GetProperty("masterKey").GetString()!;
        var host = keys.GetProperty("hostKeys").GetProperty("default").GetString()!;
        var own = keys.GetProperty("functionKeys").GetProperty("Keyed").GetProperty("default").GetString()!;
        var other = keys.GetProperty("functionKeys").GetProperty("Throws").GetProperty("default").GetString()!;
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        Assert.Equal(HttpStatusCode.OK, await Get("/api/Plain", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("/api/keyed", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("/api/keyed", "wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("/api/keyed", other));
        Assert.Equal(HttpStatusCode.OK, await Get("/api/keyed", own));
        Assert.Equal(HttpStatusCode.OK, await Get("/api/keyed", host));
        Assert.Equal(HttpStatusCode.OK, await Get("/api/keyed", master));
        Assert.Equal(HttpStatusCode.OK, await Get($"/api/keyed?code={own}", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("/api/admins", host));
        Assert.Equal(HttpStatusCode.OK, await Get("/api/admins", master));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get("/admin/host/status", host));
        Assert.Equal(HttpStatusCode.OK, await Get("/admin/functions", master));

        async Task<HttpStatusCode> Get(string url, string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (key is not null) request.Headers.Add("x-functions-key", key);
            using var answer = await app.Http.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Keys_are_required_off_loopback_and_stay_the_same_over_a_restart()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("shitops-keys-").FullName, "data", "keys.json");
        string? first = null;
        for (var start = 0; start < 2; start++)
        {
            await using var app = await TestApp.StartAsync(
                [typeof(HttpSamples)], new HttpProbe(), new() { ["FUNCTIONS_KEYS_FILE"] = path }, "--host", "0.0.0.0");
            var url = new UriBuilder(app.Http.BaseAddress!) { Host = "127.0.0.1", Path = "/api/keyed" }.Uri;
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.Http.GetAsync(url)).StatusCode);
            first ??= await File.ReadAllTextAsync(path);
        }

        Assert.Equal(first, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_answered_with_413_with_and_without_a_length()
    {
        await using var app = await TestApp.StartAsync(
            [typeof(HttpSamples)], new HttpProbe(), new() { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1000" });

        using var fits = await app.Http.PostAsync("/api/length", new ByteArrayContent(new byte[1000]));
        Assert.Equal("1000", await fits.Content.ReadAsStringAsync());

        using var announced = await app.Http.PostAsync("/api/length", new ByteArrayContent(new byte[1001]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, announced.StatusCode);

        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/api/length") { Content = new ByteArrayContent(new byte[5000]) };
        chunked.Headers.TransferEncodingChunked = true;
        using var found = await app.Http.SendAsync(chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, found.StatusCode);
    }

    [Fact]
    public async Task Requests_beyond_maxOutstandingRequests_are_turned_away_and_maxConcurrentRequests_run_at_once()
    {
        var probe = new HttpProbe();
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], probe, new()
        {
            ["host:extensions:http:maxConcurrentRequests"] = "2",
            ["host:extensions:http:maxOutstandingRequests"] = "3",
        });

        var waiting = Enumerable.Range(0, 3).Select(_ => app.Http.GetAsync("/api/waits")).ToList();
        await Eventually.TrueAsync(() => probe.Waiting == 2);
        HttpStatusCode beyond = default;
        await Eventually.TrueAsync(() =>
        {
            // The third may still be on its way: until it waits, this one takes its place and is cut short.
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            try
            {
                beyond = app.Http.GetAsync("/api/waits", patience.Token).GetAwaiter().GetResult().StatusCode;
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        });
        Assert.Equal(HttpStatusCode.TooManyRequests, beyond);

        probe.Go.Release(10);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(2, probe.MostWaiting);
    }

    [Fact]
    public async Task A_client_that_goes_away_cancels_the_function()
    {
        var probe = new HttpProbe();
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], probe);
        using var abort = new CancellationTokenSource();

        var request = app.Http.GetAsync("/api/waits", abort.Token);
        await Eventually.TrueAsync(() => probe.Waiting == 1);
        await abort.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.TrueAsync(() => probe.Cancelled == 1);
        Assert.Equal(0, app.Log.Count("Error:"));
    }

    [Theory]
    [InlineData("evil.example", false, HttpStatusCode.MisdirectedRequest)]
    [InlineData("evil.example:7071", false, HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example", false, HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost:7071", false, HttpStatusCode.OK)]
    [InlineData("127.0.0.1", false, HttpStatusCode.OK)]
    [InlineData("[::1]:7071", false, HttpStatusCode.OK)]
    [InlineData("evil.example", true, HttpStatusCode.OK)]
    public async Task Without_keys_only_this_machine_is_answered_by_its_own_names(string host, bool requireKeys, HttpStatusCode status)
    {
        await using var app = await TestApp.StartAsync(TestApp.Builder([typeof(HttpSamples)], new() { ["FUNCTIONS_REQUIRE_KEYS"] = $"{requireKeys}" }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/Plain") { Headers = { Host = host } };
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_that_is_under_way_when_the_app_stops_is_answered()
    {
        var probe = new HttpProbe();
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], probe);
        var request = app.Http.GetAsync("/api/waits");
        await Eventually.TrueAsync(() => probe.Waiting == 1);

        var stopping = app.StopAsync();
        await Eventually.TrueAsync(() => app.Stopping.IsCancellationRequested);
        await Task.Delay(500);
        probe.Go.Release();

        using var answer = await request;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await stopping;
    }

    [Theory]
    [InlineData("POST", "https://evil.example", false, HttpStatusCode.Forbidden)]
    [InlineData("POST", "null", false, HttpStatusCode.Forbidden)]
    [InlineData("DELETE", "https://evil.example", false, HttpStatusCode.Forbidden)]
    [InlineData("GET", "https://evil.example", false, HttpStatusCode.OK)]
    [InlineData("POST", "http://localhost:3000", false, HttpStatusCode.OK)]
    [InlineData("POST", "http://[::1]:7071", false, HttpStatusCode.OK)]
    [InlineData("POST", null, false, HttpStatusCode.OK)]
    [InlineData("POST", "https://evil.example", true, HttpStatusCode.OK)]
    public async Task Without_keys_only_pages_of_this_machine_can_change_anything(string method, string? origin, bool requireKeys, HttpStatusCode status)
    {
        await using var app = await TestApp.StartAsync(TestApp.Builder([typeof(HttpSamples)], new() { ["FUNCTIONS_REQUIRE_KEYS"] = $"{requireKeys}" }));
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/Plain");
        if (origin is not null) request.Headers.Add("Origin", origin);
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_function_that_takes_longer_than_functionTimeout_is_cancelled_and_fails()
    {
        var probe = new HttpProbe();
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], probe, new() { ["host:functionTimeout"] = "00:00:01" });

        using var answer = await app.Http.GetAsync("/api/waits");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(1, probe.Cancelled);
        Assert.Equal(1, app.Log.Count("Function 'Waits' took longer than functionTimeout in host.json, 00:00:01."));
    }

    [Fact]
    public async Task The_admin_paths_tell_the_host_and_its_functions()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe(), new() { ["AzureWebJobs.Plain.Disabled"] = "true" });

        var status = await app.Http.GetFromJsonAsync<JsonElement>("/admin/host/status");
        Assert.Equal("Running", status.GetProperty("state").GetString());
        var functions = await app.Http.GetFromJsonAsync<JsonElement>("/admin/functions");
        Assert.Contains(functions.EnumerateArray(), each => each.GetProperty("route").GetString() == "api/items/{id:int}/{shelf?}");
        Assert.DoesNotContain(functions.EnumerateArray(), each => each.GetProperty("name").GetString() == "Plain");
    }

    [Theory]
    [InlineData("AzureWebJobs.Plain.Disabled", "true", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs.Plain.Disabled", "1", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs:Plain:Disabled", "True", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs.Plain.Disabled", "false", HttpStatusCode.OK)]
    public async Task A_disabled_function_is_not_there(string setting, string value, HttpStatusCode expected)
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe(), new() { [setting] = value });
        Assert.Equal(expected, (await app.Http.GetAsync("/api/Plain")).StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 0 : 1, app.Log.Count("Plain: disabled"));
    }

    [Fact]
    public async Task The_trace_of_a_request_goes_on_in_the_function()
    {
        var probe = new HttpProbe();
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], probe);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/Plain");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var answer = await app.Http.SendAsync(request);

        Assert.Contains("0af7651916cd43dd8448eb211c80319c", probe.TraceParent, StringComparison.Ordinal);
    }

    private static async Task<(string Title, int Status, string Detail)> ProblemAsync(HttpResponseMessage answer)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (problem.GetProperty("title").GetString()!, problem.GetProperty("status").GetInt32(), problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_functions_keys_are_found_by_its_name_in_any_case_and_an_empty_header_hides_no_code()
    {
        var builder = TestApp.Builder([typeof(HttpSamples)], settings: null, "--require-keys");
        await File.WriteAllTextAsync(
            builder.Configuration["FUNCTIONS_KEYS_FILE"]!, """{ "masterKey": "m", "functionKeys": { "keyed": { "default": "k" } } }""");
        await using var app = await TestApp.StartAsync(builder);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/keyed?code=k");
        request.Headers.TryAddWithoutValidation("x-functions-key", "");

        using var answer = await app.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(builder.Configuration["FUNCTIONS_KEYS_FILE"]!));
        Assert.False(file.RootElement.GetProperty("functionKeys").TryGetProperty("Keyed", out _));
    }

    [Theory]
    [InlineData("""{ "hostKeys": { } }""", " has no masterKey.")]
    [InlineData("""{ "masterKey": "m", "hostKeys": null }""", ": hostKeys is null, expected an object.")]
    [InlineData("""{ "masterKey": "m", "systemKeys": { "default": null } }""", ": systemKeys.default is null, expected a key.")]
    [InlineData("""{ "masterKey": "m", "functionKeys": null }""", ": functionKeys is null, expected an object.")]
    [InlineData("""{ "masterKey": "m", "functionKeys": { "Keyed": null } }""", ": functionKeys.Keyed is null, expected an object.")]
    [InlineData("""{ "masterKey": "m", "functionKeys": { "Keyed": { "default": null } } }""", ": functionKeys.Keyed.default is null, expected a key.")]
    public void A_key_file_with_a_fault_is_told_at_start(string file, string message)
    {
        var builder = TestApp.Builder([typeof(HttpSamples)], settings: null, "--require-keys");
        var path = builder.Configuration["FUNCTIONS_KEYS_FILE"]!;
        File.WriteAllText(path, file);
        Assert.Equal(path + message, Assert.Throws<FunctionAppException>(builder.Build).Message);
    }
}

public sealed class HttpProbe
{
    private int _waiting;
    private int _cancelled;

    public SemaphoreSlim Go { get; } = new(0);

    public int Waiting => Volatile.Read(ref _waiting);

    public int MostWaiting { get; private set; }

    public int Cancelled => Volatile.Read(ref _cancelled);

    public string TraceParent { get; set; } = "";

    public async Task WaitAsync(CancellationToken cancelled)
    {
        MostWaiting = Math.Max(MostWaiting, Interlocked.Increment(ref _waiting));
        try
        {
            await Go.WaitAsync(cancelled);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}

public sealed class HttpSamples(HttpProbe? probe = null)
{
    [Function("Plain")]
    public IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context)
    {
        if (probe is not null) probe.TraceParent = context.TraceContext.TraceParent;
        return Text(ReferenceEquals(context.GetHttpContext(), request.HttpContext) ? "plain" : "another context");
    }

    [Function("Item")]
    public Task<IActionResult> Item(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{id:int}/{shelf?}")] HttpRequest request, int id, string? shelf) =>
        Task.FromResult(Text($"item {id} of {shelf ?? "none"}"));

    [Function("DeleteItem")]
    public IActionResult DeleteItem([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "items/{id:int}")] HttpRequest request) => Text("gone");

    [Function("File")]
    public IActionResult File([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*path}")] HttpRequest request, string path) => Text(path);

    [Function("Guid")]
    public IActionResult Guid([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "guids/{id}")] HttpRequest request, Guid id) => Text(id.ToString());

    [Function("Result")]
    public IResult Result([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result")] HttpRequest request) => Results.Text("result");

    [Function("Written")]
    public Task Written([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "written")] HttpRequest request) =>
        request.HttpContext.Response.WriteAsync("written");

    [Function("Json")]
    public IActionResult Json([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "json")] HttpRequest request) =>
        new OkObjectResult(new { FirstName = "Ada" });

    [Function("Throws")]
    public IActionResult Throws([HttpTrigger(AuthorizationLevel.Function, "get", Route = "throws")] HttpRequest request) =>
        throw new InvalidOperationException("a secret");

    [Function("Keyed")]
    public IActionResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get", Route = "keyed")] HttpRequest request) => Text("keyed");

    [Function("Headed")]
    public IActionResult Headed([HttpTrigger(AuthorizationLevel.Function, Route = "headed")] HttpRequest request) => Text("headed");

    [Function("Admins")]
    public IActionResult Admins([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admins")] HttpRequest request) => Text("admins");

    [Function("Length")]
    public async Task<IActionResult> Length([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "length")] HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return Text($"{body.Length}");
    }

    [Function("Waits")]
    public async Task<IActionResult> Waits([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waits")] HttpRequest request, CancellationToken cancelled)
    {
        await probe!.WaitAsync(cancelled);
        return Text("waited");
    }

    private static IActionResult Text(string text) => new FileContentResult(Encoding.UTF8.GetBytes(text), "text/plain");
}
