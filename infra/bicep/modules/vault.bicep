metadata description = 'The vault, and the secrets that are given here; those of Event Hubs are put in by eventHubs.bicep.'

param name string
param location string
param tags object
param networkName string
param workspaceName string

@description('Whether the client\'s certificate and key for an external Kafka are kept here.')
param hasClientCertificate bool

@description('Makes person ids. Empty: what is in the vault stays.')
@secure()
param tenantKey string

@description('The client certificate for an external Kafka, PEM. Empty: what is in the vault stays.')
@secure()
param kafkaClientCertificate string

@description('Its key, PEM. Empty: what is in the vault stays.')
@secure()
param kafkaClientKey string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'AzureServices' }
  }

  resource personKey 'secrets' = if (!empty(tenantKey)) {
    name: 'tenant-key'
    properties: { value: tenantKey }
  }

  resource clientCertificate 'secrets' = if (hasClientCertificate && !empty(kafkaClientCertificate)) {
    name: 'kafka-client-certificate'
    properties: { value: kafkaClientCertificate }
  }

  resource clientKey 'secrets' = if (hasClientCertificate && !empty(kafkaClientKey)) {
    name: 'kafka-client-key'
    properties: { value: kafkaClientKey }
  }
}

module endpoint 'privateEndpoint.bicep' = {
  params: {
    resourceId: vault.id
    resourceName: name
    location: location
    tags: tags
    group: 'vault'
    networkName: networkName
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'AuditEvent', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
