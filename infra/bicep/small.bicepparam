using 'main.bicep'

// A few teams, up to some 500 events a second: an instance or two for each role, and none while nothing comes.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'small')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param owner = readEnvironmentVariable('SHITOPS_OWNER', 'unknown')

param kafka = {
  kind: 'eventHubs'
  tier: 'Standard'
  capacity: 1
  mostCapacity: 4
  partitions: 8
  retentionHours: 168
}
param stream = readEnvironmentVariable('SHITOPS_STREAM', 'small-1')
param tenantKey = readEnvironmentVariable('SHITOPS_TENANT_KEY', '')

param slices = 8
param aggregateAccounts = 0
param redundancy = 'Standard_LRS'
param tierDays = { cool: 30, cold: 180 }
param recoveryDays = 14
param isArchiveLocked = false

param liveScale = { memoryMB: 2048, mostInstances: 40, alwaysReady: {} }
param archiveScale = { memoryMB: 2048, mostInstances: 40, alwaysReady: {} }
param archiveBatch = { size: 10000, seconds: 10 }
param isZoneRedundant = false

param addressPrefix = readEnvironmentVariable('SHITOPS_ADDRESS_PREFIX', '10.71.0.0/20')
param allowedAddresses = filter(
  split(readEnvironmentVariable('SHITOPS_ALLOWED_ADDRESSES', ''), ','),
  range => !empty(range)
)

// Whoever has no way into the network still reaches Grafana, and signs in with Entra ID.
param isGrafanaPublic = true
param grafanaAdmins = empty(readEnvironmentVariable('AZURE_PRINCIPAL_ID', ''))
  ? []
  : [{ id: readEnvironmentVariable('AZURE_PRINCIPAL_ID', ''), type: 'User' }]
param alertEmails = filter(split(readEnvironmentVariable('SHITOPS_ALERT_EMAILS', ''), ','), email => !empty(email))
param monthlyBudget = 700
param budgetFrom = readEnvironmentVariable('SHITOPS_BUDGET_FROM', '')
param logs = { retentionDays: 30, mostGigabytesADay: 1 }
param alertAfter = { secondsBehind: 600, archiveLag: 100000 }
