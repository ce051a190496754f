using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using ShitOps.Local.Worker;

namespace ShitOps.Tests.Worker;

/// <summary>Where settings come from, and what the Kafka trigger makes of them.</summary>
public sealed class SettingsTests
{
    private static readonly string Certificate = NewCertificate().ExportCertificatePem();
    private static readonly string Key = NewKey(key => key.ExportPkcs8PrivateKeyPem());

    [Theory]
    [InlineData("%Topic%", "events")]
    [InlineData("%Section__Name%", "nested")]
    [InlineData("%Topic%-%Section:Name%", "events-nested")]
    [InlineData("Topic", "events")]
    [InlineData("%Indirect%", "events")]
    [InlineData("plain", "plain")]
    [InlineData("Empty", "Empty")]
    public void Kafka_strings_are_settings_names_of_settings_or_themselves(string text, string expected)
    {
        var settings = Settings(("Topic", "events"), ("Section:Name", "nested"), ("Indirect", "Topic"), ("Empty", ""));
        Assert.Equal(expected, settings.ResolveTwice(text, "here"));
    }

    [Fact]
    public void A_setting_that_is_referred_to_and_missing_is_a_fault_that_names_who_asks() =>
        Assert.Equal("here: the setting 'Nothing' is not set.", Assert.Throws<FunctionAppException>(() => Settings().Resolve("%Nothing%", "here")).Message);

    [Fact]
    public void The_environment_wins_over_local_settings_json_and_arguments_over_both()
    {
        var folder = Directory.CreateTempSubdirectory("shitops-settings-").FullName;
        var name = Some.Name("SHITOPS_TEST").Replace('-', '_');
        File.WriteAllText(Path.Combine(folder, "local.settings.json"), $$"""
            {
              // As Core Tools writes it.
              "IsEncrypted": false,
              "Values": { "{{name}}_A": "file", "{{name}}_B": "file", "{{name}}_C": "file", "Deep__Name": true },
              "Host": { "LocalHttpPort": 7999 },
            }
            """);
        Environment.SetEnvironmentVariable($"{name}_B", "environment");
        Environment.SetEnvironmentVariable($"{name}_C", "environment");

        var app = new FunctionApp([$"--AzureWebJobsScriptRoot={folder}", $"--{name}_C=argument"], [typeof(HttpSamples)]);
        var configuration = app.Web.Configuration;

        Assert.Equal(("file", "environment", "argument"), (configuration[$"{name}_A"], configuration[$"{name}_B"], configuration[$"{name}_C"]));
        Assert.Equal("True", configuration["Deep:Name"]);
        Assert.Equal(7999, ListenAddress.Read(new AppSettings(configuration), configuration).Port);
    }

    [Fact]
    public void Host_json_is_read_and_settings_override_it()
    {
        var folder = Directory.CreateTempSubdirectory("shitops-settings-").FullName;
        File.WriteAllText(Path.Combine(folder, "host.json"), """
            { "version": "2.0", "functionTimeout": "00:10:00",
              "extensions": { "http": { "routePrefix": "" }, "kafka": { "maxBatchSize": 4000, "maxRetries": -1, "commitOnFailure": false } } }
            """);

        var host = HostJson.Load(folder, Configuration(("AzureFunctionsJobHost:extensions:kafka:maxBatchSize", "10")));

        Assert.Equal((10, -1, false), (host.Kafka.MaxBatchSize, host.Kafka.MaxRetries, host.Kafka.CommitOnFailure));
        Assert.Equal(("", TimeSpan.FromMinutes(10)), (host.Http.RoutePrefix, host.FunctionTimeout));
    }

    [Fact]
    public void Without_host_json_the_defaults_are_the_extensions()
    {
        var kafka = HostJson.Load("nowhere", Configuration()).Kafka;
        Assert.Equal(
            (64, TimeSpan.FromSeconds(1), 1, true, 5, 200, AutoOffsetReset.Earliest, 10_000),
            (kafka.MaxBatchSize, kafka.SubscriberInterval, kafka.ExecutorChannelCapacity, kafka.CommitOnFailure, kafka.MaxRetries,
                kafka.AutoCommitIntervalMs, kafka.AutoOffsetReset, kafka.SessionTimeoutMs));
    }

    [Fact]
    public void Limits_reach_the_consumer()
    {
        var consumer = Subscribe(new KafkaTriggerAttribute("b:1", "t"), Configuration(
            ("AzureFunctionsJobHost:extensions:kafka:maxPollIntervalMs", "900000"),
            ("AzureFunctionsJobHost:extensions:kafka:autoOffsetReset", "latest"),
            ("AzureFunctionsJobHost:extensions:kafka:fetchMaxBytes", "1000"))).Consumer;

        Assert.Equal((900_000, AutoOffsetReset.Latest, 1000), (consumer.MaxPollIntervalMs, consumer.AutoOffsetReset, consumer.FetchMaxBytes));
        Assert.Equal((false, true, "$Default"), (consumer.EnableAutoOffsetStore, consumer.EnableAutoCommit, consumer.GroupId));
    }

    [Fact]
    public void PEM_is_passed_over_without_a_protocol()
    {
        var consumer = Subscribe(new KafkaTriggerAttribute("b:1", "t") { SslCaPEM = Certificate, SslCertificateandKeyPEM = Certificate + Key }).Consumer;
        Assert.Equal((null, null, null), (consumer.SslCaPem, consumer.SslCertificatePem, consumer.SslKeyPem));
    }

    [Fact]
    public void Of_a_chain_the_first_certificate_is_taken()
    {
        var chain = $"{Certificate}\n{NewCertificate().ExportCertificatePem()}";
        var consumer = Subscribe(new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.Ssl, SslCaPEM = chain, SslCertificatePEM = chain }).Consumer;
        Assert.Equal((Certificate, Certificate), (consumer.SslCaPem, consumer.SslCertificatePem));
    }

    [Fact]
    public void A_certificate_and_its_key_may_come_in_one_setting_on_one_line()
    {
        var line = $"{Certificate}\n{Key}".Replace("\n", "\\n", StringComparison.Ordinal);
        var consumer = Subscribe(
            new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.Ssl, SslCertificateandKeyPEM = "%Both%" }, Configuration(("Both", line))).Consumer;
        Assert.Equal((Certificate, Key), (consumer.SslCertificatePem, consumer.SslKeyPem));
    }

    [Fact]
    public void A_key_that_is_not_PKCS8_is_a_fault()
    {
        var key = NewKey(key => key.ExportRSAPrivateKeyPem());
        var fault = Assert.Throws<FunctionAppException>(() =>
            Subscribe(new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.Ssl, SslKeyPEM = key }));
        Assert.Equal(
            "here: SslKeyPEM holds no PEM section 'PRIVATE KEY'. Only PKCS#8 keys without a password are read: openssl pkcs8 -topk8 -nocrypt converts others.",
            fault.Message);
    }

    [Fact]
    public void The_name_of_a_PEM_setting_that_is_not_set_is_passed_over()
    {
        var consumer = Subscribe(new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.SaslSsl, SslCertificatePEM = "KafkaCertificate" }).Consumer;
        Assert.Null(consumer.SslCertificatePem);
    }

    [Fact]
    public void Where_the_attribute_says_nothing_the_protocol_and_mode_come_from_settings()
    {
        var settings = Configuration(("KafkaProtocol", "saslssl"), ("KafkaAuthenticationMode", "Plain"), ("User", "me"), ("Password", "secret"));
        var trigger = new KafkaTriggerAttribute("b:1", "t") { Username = "User", Password = "%Password%" };

        var consumer = Subscribe(trigger, settings).Consumer;

        Assert.Equal((SecurityProtocol.SaslSsl, SaslMechanism.Plain), (consumer.SecurityProtocol, consumer.SaslMechanism));
        Assert.Equal(("me", "secret"), (consumer.SaslUsername, consumer.SaslPassword));
    }

    [Fact]
    public void An_attributes_own_protocol_wins_over_the_setting()
    {
        var consumer = Subscribe(new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.Ssl }, Configuration(("KafkaProtocol", "Plaintext"))).Consumer;
        Assert.Equal(SecurityProtocol.Ssl, consumer.SecurityProtocol);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_fault()
    {
        var trigger = new KafkaTriggerAttribute("b:1", "t") { Protocol = BrokerProtocol.Ssl, SslCaLocation = "/nowhere/ca.pem" };
        Assert.Equal("here: SslCaLocation is '/nowhere/ca.pem', where there is no file.", Assert.Throws<FunctionAppException>(() => Subscribe(trigger)).Message);
    }

    private static KafkaSubscription Subscribe(KafkaTriggerAttribute trigger, IConfiguration? configuration = null)
    {
        configuration ??= Configuration();
        return KafkaSubscription.Read(trigger, HostJson.Load("nowhere", configuration).Kafka, new AppSettings(configuration), "here");
    }

    private static AppSettings Settings(params (string Name, string Value)[] settings) => new(Configuration(settings));

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(each => KeyValuePair.Create(each.Name, (string?)each.Value))).Build();

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(Some.Time, Some.Time.AddYears(1));
    }

    private static string NewKey(Func<RSA, string> export)
    {
        using var key = RSA.Create(2048);
        return export(key);
    }

    [Fact]
    public void The_products_own_host_json_is_read_without_complaint() =>
        Assert.Empty(HostJson.Load(RepositoryRoot.Path, Configuration()).Ignored);

    [Fact]
    public async Task A_setting_of_host_json_that_has_no_effect_is_told()
    {
        await using var app = await TestApp.StartAsync([typeof(HttpSamples)], new HttpProbe(), new()
        {
            ["host:extensions:http:hsts:isEnabled"] = "true",
            ["host:extensions:http:dynamicThrottlesEnabled"] = "true",
            ["host:singleton:lockPeriod"] = "00:00:15",
            ["host:healthMonitor:enabled"] = "true",
        });

        foreach (var setting in (string[])["extensions.http.hsts", "extensions.http.dynamicThrottlesEnabled", "singleton.lockPeriod", "healthMonitor"])
            Assert.Equal(1, app.Log.Count($"Warning: host.json: {setting} has no effect in this runtime"));
    }

    [Theory]
    [InlineData("--port 7072 --host ::1 --require-keys", "7072", "::1", "True")]
    [InlineData("--port=7072 --host=::1 --require-keys=true", "7072", "::1", "True")]
    [InlineData("-p=7072 --require-keys=false", "7072", null, "False")]
    [InlineData("-p 7072 --Name=a=b", "7072", null, null)]
    public void Arguments_are_two_words_or_one(string args, string? port, string? host, string? requiresKeys)
    {
        var (others, settings) = ListenAddress.ParseArguments(args.Split(' '));
        Assert.Equal(
            (port, host, requiresKeys),
            (settings.GetValueOrDefault("FUNCTIONS_PORT"), settings.GetValueOrDefault("FUNCTIONS_HOST"), settings.GetValueOrDefault("FUNCTIONS_REQUIRE_KEYS")));
        Assert.Equal(args.Split(' ').Where(arg => arg.StartsWith("--Name", StringComparison.Ordinal)), others);
    }

    [Theory]
    [InlineData("--port", "--port needs a value.")]
    [InlineData("--host=", "--host needs a value.")]
    [InlineData("--require-keys=perhaps", "--require-keys is 'perhaps', expected true or false.")]
    public void An_argument_that_cannot_be_read_is_a_fault(string arg, string message) =>
        Assert.Equal(message, Assert.Throws<FunctionAppException>(() => ListenAddress.ParseArguments([arg])).Message);
}
