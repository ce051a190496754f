using 'main.bicep'

// A group of companies, 10,000 events a second, ten times as many in bursts: 256 slices over four storage accounts, a copy of the archive in another region.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'enterprise')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param owner = readEnvironmentVariable('SHITOPS_OWNER', 'unknown')

param kafka = {
  kind: 'eventHubs'
  tier: 'Premium'
  capacity: 8
  mostCapacity: 0
  partitions: 96
  retentionHours: 336
}
param stream = readEnvironmentVariable('SHITOPS_STREAM', 'enterprise-1')
param tenantKey = readEnvironmentVariable('SHITOPS_TENANT_KEY', '')

param slices = 256
param aggregateAccounts = 4
param redundancy = 'Standard_GZRS'
param tierDays = { cool: 30, cold: 180 }
param recoveryDays = 90
param isArchiveLocked = true

param liveScale = { memoryMB: 4096, mostInstances: 200, alwaysReady: { http: 3, 'function:AggregateProjects': 4 } }
param archiveScale = { memoryMB: 4096, mostInstances: 96, alwaysReady: { 'function:ArchiveEvents': 2 } }
param archiveBatch = { size: 30000, seconds: 10 }
param isZoneRedundant = true

param addressPrefix = readEnvironmentVariable('SHITOPS_ADDRESS_PREFIX', '10.71.0.0/20')
param allowedAddresses = filter(
  split(readEnvironmentVariable('SHITOPS_ALLOWED_ADDRESSES', ''), ','),
  range => !empty(range)
)
param isGrafanaPublic = false
param grafanaAdmins = empty(readEnvironmentVariable('AZURE_PRINCIPAL_ID', ''))
  ? []
  : [{ id: readEnvironmentVariable('AZURE_PRINCIPAL_ID', ''), type: 'User' }]
param alertEmails = filter(split(readEnvironmentVariable('SHITOPS_ALERT_EMAILS', ''), ','), email => !empty(email))
param monthlyBudget = 40000
param budgetFrom = readEnvironmentVariable('SHITOPS_BUDGET_FROM', '')
param logs = { retentionDays: 90, mostGigabytesADay: 20 }
param alertAfter = { secondsBehind: 300, archiveLag: 10000000 }
