@export()
@description('The private DNS zones that private endpoints are named in, by what of a resource is reached.')
var zones = {
  blob: 'privatelink.blob.core.windows.net'
  table: 'privatelink.table.core.windows.net'
  vault: 'privatelink.vaultcore.azure.net'
  namespace: 'privatelink.servicebus.windows.net'
  sites: 'privatelink.azurewebsites.net'
  grafana: 'privatelink.grafana.azure.com'
}
