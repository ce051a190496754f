namespace ShitOps.Tests.Archive;

/// <summary>
/// Tests of what an account has only one of: the archive's table and manifest. They run one after the other in an Azurite of their own, and
/// each begins with an empty one (<see cref="ArchiveStage"/>).
/// </summary>
[CollectionDefinition(nameof(ArchiveCollection))]
public sealed class ArchiveCollection : ICollectionFixture<ArchiveAzurite>, ICollectionFixture<BrokerFixture>;

/// <summary>The Azurite of <see cref="ArchiveCollection"/>.</summary>
public sealed class ArchiveAzurite : AzuriteFixture;
