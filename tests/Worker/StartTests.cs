using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>What an app that cannot start says, word for word.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(typeof(Duplicates), "Function 'Same' is there 2 times: ShitOps.Tests.Worker.StartTests+Duplicates.One, ShitOps.Tests.Worker.StartTests+Duplicates.Two.")]
    [InlineData(typeof(NoTrigger), "Function 'NoTrigger' (NoTrigger.Run) has 0 triggers, expected one.")]
    [InlineData(typeof(Unbound), "Function 'Unbound', parameter 'name' (String) is bound to nothing: it is neither the trigger, FunctionContext, CancellationToken, nor a value in the route.")]
    [InlineData(typeof(WrongTrigger), "Function 'WrongTrigger', parameter 'records' is KafkaRecord, expected KafkaRecord[].")]
    [InlineData(typeof(WrongReturn), "Function 'WrongReturn' returns String, expected IActionResult or IResult.")]
    [InlineData(typeof(NoOutput), "Function 'NoOutput' returns Int32, for which there is no output binding.")]
    [InlineData(typeof(BadRoute), "Function 'BadRoute': the route '{a' cannot be read: There is an incomplete parameter in the route template. Check that each '{' character has a matching '}' character.")]
    [InlineData(typeof(AdminRoute), "Function 'AdminRoute': the route 'admin/x' begins with admin, which is the host's.", "host:extensions:http:routePrefix", "")]
    [InlineData(typeof(BatchFunction), "Function 'Batch', parameter 'records': the setting 'Brokers' is not set.")]
    [InlineData(typeof(TimerFunction), "Function 'Timer', parameter 'timer': the setting 'Schedule' is not set.")]
    [InlineData(typeof(TimerFunction), "Function 'Timer', parameter 'timer': the schedule 'soon' is neither six fields (sec min hour day month weekday) nor a time span.", "Schedule", "soon")]
    [InlineData(typeof(TimerFunction), "Function 'Timer', parameter 'timer': timers keep their locks in storage, and the setting 'AzureWebJobsStorage' is not set.", "Schedule", "0 */5 * * * *")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.kafka.maxBatchSize is '0', expected a whole number from 1.", "host:extensions:kafka:maxBatchSize", "0")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.kafka.maxRetries is 'many', expected a whole number from -1.", "host:extensions:kafka:maxRetries", "many")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.kafka.autoOffsetReset is 'First', expected Latest or Earliest or Error.", "host:extensions:kafka:autoOffsetReset", "First")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.kafka.maxPollIntervalMs is 5000, which is less than sessionTimeoutMs, 10000.", "host:extensions:kafka:maxPollIntervalMs", "5000")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.http.maxRequests is not known. Known are customHeaders, dynamicThrottlesEnabled, hsts, maxConcurrentRequests, maxOutstandingRequests, routePrefix.", "host:extensions:http:maxRequests", "1")]
    [InlineData(typeof(HttpSamples), "host.json: functionTimeout is 'long', expected a time hh:mm:ss from 00:00:01 to 49.00:00:00.", "host:functionTimeout", "long")]
    [InlineData(typeof(HttpSamples), "host.json: functionTimeout is '60.00:00:00', expected a time hh:mm:ss from 00:00:01 to 49.00:00:00.", "host:functionTimeout", "60.00:00:00")]
    [InlineData(typeof(HttpSamples), "host.json: singleton.listenerLockPeriod is '-1', expected a time hh:mm:ss from 00:00:15 to 00:01:00.", "host:singleton:listenerLockPeriod", "-1")]
    [InlineData(typeof(HttpSamples), "host.json: singleton.listenerLockPriod is not known. Known are listenerLockPeriod, listenerLockRecoveryPollingInterval, lockAcquisitionPollingInterval, lockAcquisitionTimeout, lockPeriod.", "host:singleton:listenerLockPriod", "00:00:15")]
    [InlineData(typeof(HttpSamples), "host.json: extensions.kakfa is not known. Known are http, kafka.", "host:extensions:kakfa:maxBatchSize", "1")]
    [InlineData(typeof(HttpSamples), "host.json: functionTimeOuts is not known. Known are aggregator, concurrency, customHandler, extensionBundle, extensions, functionTimeout, functions, healthMonitor, id, logging, managedDependency, retry, sendCanceledInvocationsToWorker, singleton, telemetryMode, version, watchDirectories, watchFiles.", "host:functionTimeOuts", "00:10:00")]
    [InlineData(typeof(SameRoute), "Functions 'One' and 'Two' both answer GET /api/same/{id:int}.")]
    [InlineData(typeof(HttpSamples), "The port is '70000', expected a number from 0 to 65535 (--port, FUNCTIONS_PORT).", "FUNCTIONS_PORT", "70000")]
    [InlineData(typeof(HttpSamples), "The host is 'here', expected localhost, * or an IP address (--host, FUNCTIONS_HOST).", "FUNCTIONS_HOST", "here")]
    public void A_fault_is_told_in_one_line(Type function, string message, string? setting = null, string value = "")
    {
        var builder = TestApp.Builder([function], setting is null ? null : new() { [setting] = value });
        Assert.Equal(message, Assert.Throws<FunctionAppException>(builder.Build).Message);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage__accountName", "account")]
    [InlineData("AzureWebJobsStorage__blobServiceUri", "https://account.blob.core.windows.net/")]
    public void Timers_keep_their_locks_by_identity_where_there_is_no_connection_string(string setting, string value)
    {
        var builder = TestApp.Builder([typeof(TimerFunction)], new() { ["Schedule"] = "0 */5 * * * *", [setting.Replace("__", ":", StringComparison.Ordinal)] = value });
        builder.Services.AddSingleton(new TimerProbe(onRun: (Func<Task>?)null));
        builder.Build().Dispose();
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var fault = Assert.Throws<FunctionAppException>(TestApp.Builder([typeof(NoTrigger), typeof(Unbound)]).Build);
        Assert.Equal(2, fault.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_before_anything_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        using var app = TestApp.Builder([typeof(HttpSamples)], new() { ["FUNCTIONS_PORT"] = $"{port}" }).Build();

        var fault = await Assert.ThrowsAsync<FunctionAppException>(() => app.StartAsync());

        Assert.Equal($"Port {port} is taken on 127.0.0.1. Choose another with --port.", fault.Message);
    }

    [Theory]
    [InlineData("KafkaProtocol", "Tls", "The setting 'KafkaProtocol' is 'Tls', expected one of Plaintext, Ssl, SaslPlaintext, SaslSsl, NotSet.")]
    [InlineData("KafkaAuthenticationMode", "Scram", "The setting 'KafkaAuthenticationMode' is 'Scram', expected one of Gssapi, Plain, ScramSha256, ScramSha512, OAuthBearer, NotSet.")]
    public void A_protocol_or_mode_that_is_none_is_told_with_those_that_are(string setting, string value, string message)
    {
        var builder = TestApp.Builder([typeof(BatchFunction)], new() { ["Brokers"] = "localhost:1", ["Topic"] = "t", [setting] = value });
        Assert.Equal(message, Assert.Throws<FunctionAppException>(builder.Build).Message);
    }

    public sealed class Duplicates
    {
        [Function("Same")]
        public IActionResult One([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkResult();

        [Function("same")]
        public IActionResult Two([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => new OkResult();
    }

    public sealed class SameRoute
    {
        [Function("One")]
        public IActionResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", "put", Route = "same/{id:int}")] HttpRequest request) => new OkResult();

        [Function("Two")]
        public IActionResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "post", "GET", Route = "Same/{number:int}")] HttpRequest request) => new OkResult();

        [Function("Delete")]
        public IActionResult Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "same/{id:int}")] HttpRequest request) => new OkResult();

        [Function("Others")]
        public IActionResult Others([HttpTrigger(AuthorizationLevel.Anonymous, Route = "same/{id:int}")] HttpRequest request) => new OkResult();

        [Function("Text")]
        public IActionResult Text([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same/{id}")] HttpRequest request) => new OkResult();
    }

    public sealed class NoTrigger
    {
        [Function("NoTrigger")]
        public void Run()
        {
            // Nothing starts it.
        }
    }

    public sealed class Unbound
    {
        [Function("Unbound")]
        public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{id}")] HttpRequest request, string name) => new OkObjectResult(name);
    }

    public sealed class WrongTrigger
    {
        [Function("WrongTrigger")]
        public Task Run([KafkaTrigger("b", "t", IsBatched = true)] KafkaRecord records) => Task.CompletedTask;
    }

    public sealed class WrongReturn
    {
        [Function("WrongReturn")]
        public string Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => "";
    }

    public sealed class NoOutput
    {
        [Function("NoOutput")]
        public Task<int> Run([KafkaTrigger("b", "t")] KafkaRecord record) => Task.FromResult(1);
    }

    public sealed class BadRoute
    {
        [Function("BadRoute")]
        public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{a")] HttpRequest request) => new OkResult();
    }

    public sealed class AdminRoute
    {
        [Function("AdminRoute")]
        public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "admin/x")] HttpRequest request) => new OkResult();
    }
}
