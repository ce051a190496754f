metadata description = 'Azure Managed Grafana. People sign in with Entra ID.'

param name string
param location string
param tags object

@description('Whether its sign-in page has a public address.')
param isPublic bool

@description('Whether its requests come from addresses that do not change, to be let in where it has no private way.')
param hasOwnAddresses bool
param isZoneRedundant bool
param networkName string
param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }

resource grafana 'Microsoft.Dashboard/grafana@2024-10-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    apiKey: 'Disabled'
    deterministicOutboundIP: hasOwnAddresses ? 'Enabled' : 'Disabled'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    zoneRedundancy: isZoneRedundant ? 'Enabled' : 'Disabled'
  }
}

module endpoint 'privateEndpoint.bicep' = {
  params: {
    resourceId: grafana.id
    resourceName: name
    location: location
    tags: tags
    group: 'grafana'
    networkName: networkName
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: grafana
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'GrafanaLoginEvents', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output endpoint string = grafana.properties.endpoint
