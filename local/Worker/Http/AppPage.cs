using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace ShitOps.Local.Worker;

/// <summary>A page at the root of the app's address: the files of the folder <c>Page</c> beside its program, if there is one. In Azure there is no such thing.</summary>
internal static class AppPage
{
    private const string Folder = "Page";

    /// <summary>Serves the files before any function is looked for.</summary>
    public static void Use(WebApplication app, string directory)
    {
        var folder = Path.Combine(directory, Folder);
        if (!Directory.Exists(folder)) return;
        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = answer =>
            {
                answer.Context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
                answer.Context.Response.Headers.CacheControl = "no-cache";
            },
        });
    }
}
