using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ShitOps.Local.Broker;

/// <summary>Mutual TLS: the broker shows its certificate, and a client without one from the right authority does not get in.</summary>
internal static class ClientCertificates
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads the PEMs once, so that a bad one fails the start and not the first client.</summary>
    public static SslServerAuthenticationOptions Require(BrokerTls tls, Action<string> log)
    {
        var chain = new X509Certificate2Collection();
        var authorities = new X509Certificate2Collection();
        X509Certificate2 certificate;
        try
        {
            using var pem = X509Certificate2.CreateFromPem(tls.CertificatePem, tls.KeyPem);
            // Through PKCS#12, because Windows does not serve with a key that is in memory only.
            certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            chain.ImportFromPem(tls.CertificatePem);
            authorities.ImportFromPem(tls.ClientCaPem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException($"The TLS certificate, key or client authority is not usable PEM: {e.Message}", e);
        }
        if (authorities.Count == 0) throw new InvalidOperationException("The client authority's PEM holds no certificate.");

        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = true,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, client, presented, _) =>
            {
                var refusal = Refusal(client as X509Certificate2, presented, authorities);
                if (refusal is not null) log($"Refused a client: {refusal}");
                return refusal is null;
            },
        };
    }

    private static string? Refusal(X509Certificate2? client, X509Chain? presented, X509Certificate2Collection authorities)
    {
        if (client is null) return "it shows no certificate.";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(client) ? null : $"{client.Subject}: {string.Join(", ", chain.ChainStatus.Select(status => status.Status))}.";
    }
}
