metadata description = 'Event Hubs as the Kafka of the events. Its Kafka endpoint takes no identity from the Functions extension, so each app has a rule of its own, whose connection string goes straight into the vault.'

param name string
param location string
param tags object

@description('The topic.')
param topic string

@allowed(['Standard', 'Premium'])
param tier string
param capacity int
param mostCapacity int
param partitions int
param retentionHours int
param vaultName string
param networkName string
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: tier, tier: tier, capacity: capacity }
  properties: {
    kafkaEnabled: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Disabled'
    disableLocalAuth: false
    isAutoInflateEnabled: tier == 'Standard' && mostCapacity > capacity
    maximumThroughputUnits: tier == 'Standard' && mostCapacity > capacity ? mostCapacity : 0
  }

  resource hub 'eventhubs' = {
    name: topic
    properties: {
      partitionCount: partitions
      retentionDescription: { cleanupPolicy: 'Delete', retentionTimeInHours: retentionHours }
    }

    resource live 'authorizationRules' = {
      name: 'live'
      properties: { rights: ['Listen', 'Send'] }
    }

    resource archive 'authorizationRules' = {
      name: 'archive'
      properties: { rights: ['Listen'] }
    }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource live 'secrets' = {
    name: 'event-hubs-live'
    properties: { value: namespace::hub::live.listKeys().primaryConnectionString }
  }

  resource archive 'secrets' = {
    name: 'event-hubs-archive'
    properties: { value: namespace::hub::archive.listKeys().primaryConnectionString }
  }
}

module endpoint 'privateEndpoint.bicep' = {
  params: {
    resourceId: namespace.id
    resourceName: name
    location: location
    tags: tags
    group: 'namespace'
    networkName: networkName
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [
      { category: 'OperationalLogs', enabled: true }
      { category: 'AutoScaleLogs', enabled: true }
      { category: 'KafkaUserErrorLogs', enabled: true }
      { category: 'EventHubVNetConnectionEvent', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
