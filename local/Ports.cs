using System.Net;
using System.Net.Sockets;

namespace ShitOps.Local;

/// <summary>Ports on loopback.</summary>
public static class Ports
{
    /// <summary>Checks before anything is started that a port can be had.</summary>
    /// <exception cref="LocalFault">It is taken; the message names the option that chooses another.</exception>
    public static void RequireFree(int port, string user, string option)
    {
        if (!IsFree(port)) throw new LocalFault($"Port {port}, which {user} needs, is taken: stop what uses it (ss -ltnp), or choose another with {option}.");
    }

    /// <summary>The first of <paramref name="count"/> consecutive ports that are free now.</summary>
    public static int Free(int count = 1)
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var first = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            if (first + count <= IPEndPoint.MaxPort && Enumerable.Range(first, count).All(IsFree)) return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
