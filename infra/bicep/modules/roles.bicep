import { secretSetting } from '../types.bicep'

metadata description = 'Everything that anybody is allowed to do. There are no other role assignments.'

param liveIdentityName string
param archiveIdentityName string
param hostAccountName string
param dataAccountName string
param aggregateAccountNames string[]
param vaultName string
param liveSecrets secretSetting[]
param archiveSecrets secretSetting[]
param insightsName string
param grafanaName string
param grafanaAdmins { id: string, type: 'User' | 'Group' | 'ServicePrincipal' }[]

var role = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  blobReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  grafanaAdmin: '22926164-76b3-42b3-bc55-97df8dab3e41'
}
var blobAccess = concat(
  map(
    ['blocks', 'dead-letters', 'locks', 'models'],
    name => { isLive: true, container: name, role: role.blobContributor }
  ),
  [{ isLive: true, container: 'archive', role: role.blobReader }],
  map(
    ['archive', 'dead-letters', 'locks', 'manifest'],
    name => { isLive: false, container: name, role: role.blobContributor }
  )
)
resource live 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: liveIdentityName }
resource archive 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: archiveIdentityName }
resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = [
  for name in [liveIdentityName, archiveIdentityName]: { name: name }
]
resource hostAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = { name: hostAccountName }
resource dataAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = { name: dataAccountName }
resource dataBlobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' existing = {
  parent: dataAccount
  name: 'default'
}
resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for one in blobAccess: { parent: dataBlobService, name: one.container }
]
resource aggregateAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = [
  for name in aggregateAccountNames: { name: name }
]
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: vaultName }
resource liveSecret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = [
  for one in liveSecrets: { parent: vault, name: one.secret }
]
resource archiveSecret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = [
  for one in archiveSecrets: { parent: vault, name: one.secret }
]
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }
resource grafana 'Microsoft.Dashboard/grafana@2024-10-01' existing = { name: grafanaName }

// The Functions host: its leases, its keys, the packages. It asks for the owner's role, so it has an account to itself.
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in [liveIdentityName, archiveIdentityName]: {
    scope: hostAccount
    name: guid(hostAccount.id, name, role.blobOwner)
    properties: {
      principalId: app[i].properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.blobOwner)
    }
  }
]

// Only the archive app changes the archive and its manifest; a contributor cannot delete for good what recovery keeps. Dead letters are put
// aside by both.
resource dataBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, i) in blobAccess: {
    scope: container[i]
    name: guid(container[i].id, one.isLive ? liveIdentityName : archiveIdentityName, one.role)
    properties: {
      principalId: app[one.isLive ? 0 : 1].properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', one.role)
    }
  }
]

// How far the pipeline is, the names of people, forecasts, and what queries took.
resource dataTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in [liveIdentityName, archiveIdentityName]: {
    scope: dataAccount
    name: guid(dataAccount.id, name, role.tableContributor)
    properties: {
      principalId: app[i].properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.tableContributor)
    }
  }
]

// The aggregates, where they have accounts of their own.
resource aggregateTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in aggregateAccountNames: {
    scope: aggregateAccount[i]
    name: guid(aggregateAccount[i].id, liveIdentityName, role.tableContributor)
    properties: {
      principalId: live.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.tableContributor)
    }
  }
]

// Each app reads the secrets that its settings name, and no others.
resource liveSecretReading 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, i) in liveSecrets: {
    scope: liveSecret[i]
    name: guid(liveSecret[i].id, liveIdentityName, role.secretsUser)
    properties: {
      principalId: live.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.secretsUser)
    }
  }
]

resource archiveSecretReading 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, i) in archiveSecrets: {
    scope: archiveSecret[i]
    name: guid(archiveSecret[i].id, archiveIdentityName, role.secretsUser)
    properties: {
      principalId: archive.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.secretsUser)
    }
  }
]

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, i) in [liveIdentityName, archiveIdentityName]: {
    scope: insights
    name: guid(insights.id, name, role.metricsPublisher)
    properties: {
      principalId: app[i].properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.metricsPublisher)
    }
  }
]

// Who puts datasource and dashboards into Grafana, and lets others in.
resource dashboards 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for admin in grafanaAdmins: {
    scope: grafana
    name: guid(grafana.id, admin.id, role.grafanaAdmin)
    properties: {
      principalId: admin.id
      principalType: admin.type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.grafanaAdmin)
    }
  }
]
