using System.ComponentModel;
using System.Diagnostics;

namespace ShitOps.Tests.Broker;

/// <summary>The other client people use: kcat, with the librdkafka of its distribution.</summary>
public class KcatTests
{
    [Fact]
    public async Task Kcat_lists_produces_and_consumes()
    {
        await using var broker = await TestBroker.StartAsync();
        await KcatAsync(broker, "a:1\nb:2\n", "-P", "-t", "t", "-K:");
        Assert.Equal("a=1@0\nb=2@1\n", await KcatAsync(broker, "", "-C", "-t", "t", "-e", "-q", "-o", "beginning", "-f", "%k=%s@%o\\n"));
        Assert.Equal("b=2@1\n", await KcatAsync(broker, "", "-C", "-t", "t", "-e", "-q", "-o", "1", "-f", "%k=%s@%o\\n"));
        Assert.Contains("topic \"t\" with 1 partitions", await KcatAsync(broker, "", "-L"), StringComparison.Ordinal);
        Assert.Equal("a=1\nb=2\n", await KcatAsync(broker, "", "-G", "g", "-X", "auto.offset.reset=earliest", "-e", "-q", "-f", "%k=%s\\n", "t"));
        Assert.Equal("t [0] offset 2\n", await KcatAsync(broker, "", "-Q", "-t", "t:0:-1"));
    }

    private static async Task<string> KcatAsync(TestBroker broker, string input, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("kcat", ["-b", broker.Servers, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
            using var kcat = Process.Start(start)!;
            var (output, error) = (kcat.StandardOutput.ReadToEndAsync(), kcat.StandardError.ReadToEndAsync());
            await kcat.StandardInput.WriteAsync(input);
            kcat.StandardInput.Close();
            await kcat.WaitForExitAsync().WaitAsync(TestBroker.Patience);
            Assert.True(kcat.ExitCode == 0, await error);
            return await output;
        }
        catch (Win32Exception)
        {
            Assert.Skip("kcat is not on the PATH.");
            throw;
        }
    }
}
