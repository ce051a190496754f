import { zones } from 'zones.bicep'

metadata description = 'A private endpoint of a resource, and its name in the private DNS zone.'

param resourceId string
param resourceName string
param location string
param tags object

@description('What of the resource is reached.')
param group ('blob' | 'table' | 'vault' | 'namespace' | 'sites' | 'grafana')
param networkName string

var name = 'pe-${resourceName}-${group}'

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: networkName

  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = { name: zones[group] }

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: network::endpoints.id }
    customNetworkInterfaceName: '${name}-nic'
    privateLinkServiceConnections: [
      { name: group, properties: { privateLinkServiceId: resourceId, groupIds: [group] } }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: group, properties: { privateDnsZoneId: zone.id } }]
    }
  }
}
