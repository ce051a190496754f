metadata description = 'A storage account without keys and without a public address.'

param name string
param location string
param tags object

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string

@description('Blob containers to make.')
param containers string[] = []

@description('Which of blob and table are used; each gets a private endpoint.')
param services ('blob' | 'table')[]

@description('Days for which deleted and overwritten blobs can be had back; 0: they cannot.')
@maxValue(365)
param recoveryDays int = 0

@description('Blobs of which names go to cooler tiers by age, and after how many days; empty: none.')
param tiers { prefixes: string[], coolAfterDays: int, coldAfterDays: int }?

@description('Whether the account is kept from being deleted.')
param isLocked bool = false
param networkName string
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Disabled'
    supportsHttpsTrafficOnly: true
    // The lifecycle of blobs is a service of Azure's own, which a firewall without this keeps out.
    networkAcls: { defaultAction: 'Deny', bypass: tiers != null || recoveryDays > 0 ? 'AzureServices' : 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: recoveryDays == 0
      ? {}
      : {
          isVersioningEnabled: true
          deleteRetentionPolicy: { enabled: true, days: recoveryDays }
          containerDeleteRetentionPolicy: { enabled: true, days: recoveryDays }
        }

    resource container 'containers' = [
      for container in containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource tables 'tableServices' = {
    name: 'default'
  }

  resource lifecycle 'managementPolicies' = if (tiers != null || recoveryDays > 0) {
    name: 'default'
    properties: {
      policy: {
        rules: concat(
          tiers == null
            ? []
            : [
                {
                  name: 'cooler-by-age'
                  type: 'Lifecycle'
                  definition: {
                    filters: { blobTypes: ['blockBlob'], prefixMatch: tiers!.prefixes }
                    actions: {
                      baseBlob: {
                        tierToCool: { daysAfterModificationGreaterThan: tiers!.coolAfterDays }
                        tierToCold: { daysAfterModificationGreaterThan: tiers!.coldAfterDays }
                      }
                    }
                  }
                }
              ],
          recoveryDays == 0
            ? []
            : [
                {
                  name: 'versions-end'
                  type: 'Lifecycle'
                  definition: {
                    filters: { blobTypes: ['blockBlob'] }
                    actions: { version: { delete: { daysAfterCreationGreaterThan: recoveryDays } } }
                  }
                }
              ]
        )
      }
    }
    dependsOn: [blobs]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  scope: account
  name: 'holds-the-archive'
  properties: {
    level: 'CanNotDelete'
    notes: 'The only copy of every event.'
  }
}

module endpoint 'privateEndpoint.bicep' = [
  for service in services: {
    params: {
      resourceId: account.id
      resourceName: name
      location: location
      tags: tags
      group: service
      networkName: networkName
    }
  }
]

// Reads and writes are told by metrics: a log line for each would cost more than the storage.
resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::tables
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'StorageDelete', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}
