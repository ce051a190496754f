namespace ShitOps.Local.Simulator;

/// <summary>What teams, people, projects and tasks are called, and why work waits.</summary>
internal static class Names
{
    public static IReadOnlyList<string> Teams { get; } =
    [
        "payments", "identity", "search", "mobile", "data-platform", "infrastructure", "growth", "logistics", "support-tools", "security",
        "billing", "web",
        "notifications", "partners", "analytics", "catalogue", "fraud", "content", "localisation", "developer-experience",
    ];

    /// <summary>Hours from UTC of the places that teams work at.</summary>
    public static IReadOnlyList<int> Places { get; } = [1, -5, 5, 1, -8, 8, 0, 2, -3, 10, 1, 3];

    public static IReadOnlyList<string> Given { get; } =
    [
        "Amara", "Jürgen", "Mei-Ling", "Søren", "Priya", "Mateo", "Aisha", "Yuki", "Tomasz", "Chidi", "Ingrid", "Rafael", "Leilani", "Omar",
        "Zoë", "Linh",
        "Fatima", "Pádraig", "Ananya", "Björn", "Camila", "Dmitri", "Esi", "Gabriel", "Hana", "Ivana", "Jamal", "Katarzyna", "Lucía",
        "Malik",
    ];

    public static IReadOnlyList<string> Family { get; } =
    [
        "Okafor", "Weiß", "Chen", "Kjær", "Raghunathan", "García", "Al-Farsi", "Tanaka", "Kowalski", "Nwosu", "Lindqvist", "da Silva",
        "Kealoha", "Haddad",
        "Müller", "Trần", "Rahman", "Ó Briain", "Iyer", "Sørensen", "Rojas", "Volkov", "Mensah", "Moreau", "Suzuki", "Petrović", "Brown",
        "Nowak", "Fernández", "Diallo",
    ];

    public static IReadOnlyList<string> Undertakings { get; } =
    [
        "Checkout without accounts", "Single sign-on", "Search relevance", "Offline mode", "Event lake", "Kubernetes upgrade",
        "Referral programme",
        "Route planning", "Ticket triage", "Key rotation", "Invoice archive", "Design system", "Push preferences", "Partner portal",
        "Cohort reports",
        "Product bundles", "Chargeback defence", "Editorial calendar", "Right-to-left layouts", "Build cache", "Data retention",
        "Wallet top-up",
        "Passkeys", "Typo tolerance", "Widget gallery", "Cost allocation", "Regional failover", "Pricing experiments", "Returns",
        "Macro editor",
        "Audit trail", "Tax engine", "Accessibility", "Digest mails", "Webhooks", "Churn model", "Stock levels", "Device fingerprints",
        "Image pipeline", "Test environments",
    ];

    public static IReadOnlyList<string> Verbs { get; } =
        ["Add", "Fix", "Migrate", "Document", "Measure", "Simplify", "Remove", "Test", "Cache", "Validate", "Redesign", "Monitor"];

    public static IReadOnlyList<string> Objects { get; } =
    [
        "the import", "error messages", "the settings page", "timeouts", "the retry policy", "old endpoints", "empty states", "permissions",
        "the nightly job", "pagination",
        "the data model", "sorting", "rate limits", "the onboarding", "translations", "the export", "audit entries", "the cache key",
        "feature flags", "the status page",
    ];

    public static IReadOnlyList<string> Kinds { get; } = ["story", "story", "task", "task", "bug", "bug", "spike"];

    public static IReadOnlyList<string> Priorities { get; } = ["low", "medium", "medium", "medium", "high", "urgent"];

    public static IReadOnlyList<string> Labels { get; } = ["frontend", "backend", "tech-debt", "customer", "regression", "compliance", "performance"];

    public static IReadOnlyList<string> Roles { get; } = ["backend", "frontend", "design", "quality", "data", "lead"];

    public static IReadOnlyList<string> Obstacles { get; } =
    [
        "waiting for access to production", "waiting for legal", "the test environment is down", "depends on another team's interface",
        "vendor has not answered",
        "requirements unclear", "waiting for the security review", "licence not bought yet",
    ];
}
