import { appScale, secretSetting } from '../types.bicep'

metadata description = 'One app of the package: a Flex Consumption plan of its own, no keys, everything it calls by the network.'

param name string
param location string
param tags object
param identityName string
param scale appScale

@description('The subnet that it calls from.')
param subnetName string

@description('The account of the Functions host, and the container in it that the package is put in.')
param hostAccountName string
param packageContainer string

@description('The account of the archive.')
param dataAccountName string
param insightsName string

@description('Settings beside those of storage, telemetry and secrets.')
param settings object
param secrets secretSetting[]
param vaultName string

@description('Ranges (CIDR) from which the app and its deployment endpoint are reached by their public address.')
param allowedAddresses string[]

@description('Whether Azure\'s availability test reaches it.')
param isProbed bool
param isZoneRedundant bool
param networkName string
param workspaceName string

var fromAddresses = [
  for (range, i) in allowedAddresses: {
    name: 'allowed-${i}'
    priority: 100 + i
    action: 'Allow'
    ipAddress: range
  }
]
var fromProbe = {
  name: 'availability-test'
  priority: 1000
  action: 'Allow'
  tag: 'ServiceTag'
  ipAddress: 'ApplicationInsightsAvailability'
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = { name: identityName }
resource hostAccount 'Microsoft.Storage/storageAccounts@2024-01-01' existing = { name: hostAccountName }
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: networkName

  resource subnet 'subnets' existing = { name: subnetName }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: isZoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: network::subnet.id
    publicNetworkAccess: isProbed || !empty(allowedAddresses) ? 'Enabled' : 'Disabled'
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: isProbed ? concat(fromAddresses, [fromProbe]) : fromAddresses
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictions: fromAddresses
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostAccount.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: scale.memoryMB
        maximumInstanceCount: scale.mostInstances
        alwaysReady: map(items(scale.alwaysReady), item => { name: item.key, instanceCount: item.value })
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__accountName: hostAccountName
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        DataStorage__accountName: dataAccountName
        DataStorage__clientId: identity.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.properties.clientId}'
        // The spans of requests and invocations are the host's; so many traces a second of each instance.
        OTEL_TRACES_SAMPLER: 'microsoft.rate_limited'
        OTEL_TRACES_SAMPLER_ARG: '5'
      },
      settings,
      toObject(
        secrets,
        one => one.setting,
        one => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${one.secret})'
      )
    )
  }

  // No passwords of the publishing profile.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

module endpoint 'privateEndpoint.bicep' = {
  params: {
    resourceId: app.id
    resourceName: name
    location: location
    tags: tags
    group: 'sites'
    networkName: networkName
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'FunctionAppLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output hostName string = app.properties.defaultHostName
