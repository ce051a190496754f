using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker;

/// <summary>
/// A Kafka broker for development and tests: one node, its log on disk, listening on loopback. A killed process loses nothing that was
/// acknowledged; a machine that loses power may lose what <see cref="BrokerOptions.FlushInterval"/> had not yet put on disk.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly List<Task> _tasks = [];
    private readonly IReadOnlyList<Socket> _listeners;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly RequestDispatcher _dispatcher;
    private readonly BrokerOptions _options;
    private readonly Node _node;
    private int _connected;
    private int _disposed;

    private KafkaBroker(BrokerOptions options, Node node, IReadOnlyList<Socket> listeners, SslServerAuthenticationOptions? tls)
    {
        _options = options;
        _node = node;
        _listeners = listeners;
        _tls = tls;
        _dispatcher = new RequestDispatcher(node);
        node.Port = Port;
        foreach (var listener in listeners) _tasks.Add(AcceptAsync(listener));
        _tasks.Add(EveryAsync(options.RetentionInterval, () => node.Topics.Retain(options.TimeProvider.GetUtcNow())));
        _tasks.Add(EveryAsync(options.FlushInterval, node.Topics.Flush));
        _tasks.Add(EveryAsync(options.FlushInterval, node.Groups.Flush));
        _tasks.Add(EveryAsync(options.IdleTimeout / 4, CloseIdleConnections));
    }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listeners[0].LocalEndPoint!).Port;

    /// <summary>As old as the data directory, and never another for the same one.</summary>
    public string ClusterId => _node.ClusterId;

    /// <summary>What a client's bootstrap.servers is to be.</summary>
    public string BootstrapServers => $"{_options.Host}:{Port}";

    /// <summary>
    /// Recovers the log and listens. Fails with an <see cref="InvalidOperationException"/> that says what to do when the port or the
    /// data directory is taken.
    /// </summary>
    public static async Task<KafkaBroker> StartAsync(BrokerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tls = options.Tls is null ? null : ClientCertificates.Require(options.Tls, options.Log);
        var node = await Task.Run(() => new Node(options), cancellationToken);
        try
        {
            return new KafkaBroker(options, node, Listen(options.Port), tls);
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Stops listening, cuts all connections and puts the log on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        using (_stopping)
        using (_node)
        {
            await _stopping.CancelAsync();
            foreach (var listener in _listeners) listener.Dispose();
            await Task.WhenAll(_tasks);
            foreach (var connection in _connections.Keys) connection.Abort();
            while (_connections.Values.ToList() is { Count: > 0 } serving) await Task.WhenAll(serving);
        }
    }

    private static IReadOnlyList<Socket> Listen(int port)
    {
        // With any port asked for, that which is free on IPv4 may be taken on IPv6.
        for (var attempt = 1; ; attempt++)
        {
            var listeners = new List<Socket>();
            try
            {
                listeners.Add(Listen(IPAddress.Loopback, port));
                if (Socket.OSSupportsIPv6 && LoopbackV6Exists()) listeners.Add(Listen(IPAddress.IPv6Loopback, ((IPEndPoint)listeners[0].LocalEndPoint!).Port));
                return listeners;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                foreach (var listener in listeners) listener.Dispose();
                if (port == 0 && attempt < 10) continue;
                throw new InvalidOperationException($"The broker cannot listen on port {port}: {e.Message}. Stop what is using the port, or choose another with --port (0: any free one).", e);
            }
        }
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(address, port));
            listener.Listen(512);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static bool LoopbackV6Exists()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(_stopping.Token);
                if (Interlocked.Increment(ref _connected) > _options.MaxConnections)
                {
                    Interlocked.Decrement(ref _connected);
                    client.Dispose();
                    _options.Log($"Refused a client: {_options.MaxConnections} are connected.");
                    continue;
                }
                _ = Task.Run(() => ServeAsync(client), CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // One client's failure to connect, or no file descriptor left: others may fare better in a moment.
                _options.Log($"Could not accept a client: {e.Message}");
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var peer = client.RemoteEndPoint;
        var done = new TaskCompletionSource();
        Connection? connection = null;
        try
        {
            client.NoDelay = true;
            Stream stream = new NetworkStream(client, ownsSocket: false);
            if (_tls is not null) stream = await HandshakeAsync(stream);
            connection = new Connection(client, stream, _dispatcher, _options);
            _connections[connection] = done.Task;
            await connection.ServeAsync(_stopping.Token);
        }
        catch (MalformedRequestException e)
        {
            _options.Log($"Closed the connection of {peer}: {e.Message}");
        }
        catch (AuthenticationException e)
        {
            _options.Log($"TLS with {peer} failed: {e.Message}");
        }
        catch (Exception e) when (e is IOException { InnerException: SocketException } or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went, or the broker stops.
        }
        catch (IOException e)
        {
            _options.Log($"Closed the connection of {peer}: {e.Message}");
        }
        catch (Exception e)
        {
            _options.Log($"Closed the connection of {peer} on an error of the broker: {e}");
        }
        finally
        {
            client.Dispose();
            if (connection is not null)
            {
                connection.Dispose();
                _connections.TryRemove(connection, out _);
            }
            Interlocked.Decrement(ref _connected);
            done.SetResult();
        }
    }

    private async Task<SslStream> HandshakeAsync(Stream stream)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        timeout.CancelAfter(HandshakeTimeout);
        var secured = new SslStream(stream);
        try
        {
            await secured.AuthenticateAsServerAsync(_tls!, timeout.Token);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    private void CloseIdleConnections()
    {
        foreach (var connection in _connections.Keys)
            if (connection.Idle > _options.IdleTimeout) connection.Abort();
    }

    private async Task EveryAsync(TimeSpan interval, Action work)
    {
        using var timer = new PeriodicTimer(interval, _options.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    work();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _options.Log($"The broker could not tend its data directory: {e.Message}");
                }
                catch (Exception e)
                {
                    // The next round may fare better; what the broker serves must not end with this one.
                    _options.Log($"An error of the broker: {e}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }
}
