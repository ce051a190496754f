using 'main.bicep'

// The size of a team with a Kafka that is there already and asks for a client certificate; the network has to reach it.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'external-kafka')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param owner = readEnvironmentVariable('SHITOPS_OWNER', 'unknown')

param kafka = {
  kind: 'external'
  brokers: readEnvironmentVariable('SHITOPS_KAFKA_BROKERS', 'kafka.example.com:9093')
  ca: readEnvironmentVariable('SHITOPS_KAFKA_CA', '')
}
param stream = readEnvironmentVariable('SHITOPS_STREAM', 'external-1')
param kafkaClientCertificate = readEnvironmentVariable('SHITOPS_KAFKA_CLIENT_CERTIFICATE', '')
param kafkaClientKey = readEnvironmentVariable('SHITOPS_KAFKA_CLIENT_KEY', '')
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
param monthlyBudget = 2000
param budgetFrom = readEnvironmentVariable('SHITOPS_BUDGET_FROM', '')
param logs = { retentionDays: 90, mostGigabytesADay: 5 }
param alertAfter = { secondsBehind: 300, archiveLag: 1000000 }
