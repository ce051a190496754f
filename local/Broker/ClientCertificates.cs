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

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // The URLs in a certificate are those of whoever connects: the broker asks none of them.
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, client, built, errors) =>
            {
                if (errors == SslPolicyErrors.None) return true;
                log($"Refused a client: {(client is null ? "it shows no certificate." : $"{client.Subject}: {string.Join(", ", built?.ChainStatus.Select(status => status.Status) ?? [])}.")}");
                return false;
            },
        };
    }
}
