using System.Net;
using System.Net.Sockets;

namespace ShitOps.Local;

/// <summary>Ports on loopback.</summary>
public static class Ports
{
    // Between the ports that are well known and those that systems give to outgoing connections, which might take one before it is used.
    private const int First = 12_000;
    private const int Limit = 32_000;

    private static readonly Lock Turn = new();
    private static int Next = Random.Shared.Next(First, Limit);

    /// <summary>Checks before anything is started that a port can be had.</summary>
    /// <exception cref="LocalFault">It is taken; the message names the option that chooses another.</exception>
    public static void RequireFree(int port, string user, string option)
    {
        if (!IsFree(port)) throw new LocalFault($"Port {port}, which {user} needs, is taken: stop what uses it (ss -ltnp), or choose another with {option}.");
    }

    /// <summary>The first of <paramref name="count"/> consecutive ports that are free now, and that this process was not given before.</summary>
    public static int Free(int count = 1)
    {
        lock (Turn)
        {
            while (true)
            {
                if (Next + count > Limit) Next = First;
                var first = Next;
                Next += count;
                if (Enumerable.Range(first, count).All(IsFree)) return first;
            }
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
