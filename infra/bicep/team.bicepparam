using 'main.bicep'

// A company's teams, up to some 10,000 events a second: zone-redundant, answering at once, reached by the network alone.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'team')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param owner = readEnvironmentVariable('SHITOPS_OWNER', 'unknown')

param kafka = {
  kind: 'eventHubs'
  tier: 'Standard'
  capacity: 4
  mostCapacity: 20
  partitions: 32
  retentionHours: 168
}
param stream = readEnvironmentVariable('SHITOPS_STREAM', 'team-1')
param tenantKey = readEnvironmentVariable('SHITOPS_TENANT_KEY', '')

param slices = 64
param aggregateAccounts = 0
param redundancy = 'Standard_ZRS'
param tierDays = { cool: 30, cold: 180 }
param recoveryDays = 30
param isArchiveLocked = true

param liveScale = { memoryMB: 2048, mostInstances: 40, alwaysReady: { http: 1 } }
param archiveScale = { memoryMB: 2048, mostInstances: 40, alwaysReady: {} }
param archiveBatch = { size: 10000, seconds: 10 }
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
param monthlyBudget = 2500
param budgetFrom = readEnvironmentVariable('SHITOPS_BUDGET_FROM', '')
param logs = { retentionDays: 90, mostGigabytesADay: 5 }
param alertAfter = { secondsBehind: 300, archiveLag: 1000000 }
