metadata description = 'The way from Grafana to the live app: a private endpoint in Grafana\'s own network. The app has to approve it once, which grafana.sh does.'

param grafanaName string
param location string
param tags object
param liveAppName string

resource app 'Microsoft.Web/sites@2024-04-01' existing = { name: liveAppName }

resource grafana 'Microsoft.Dashboard/grafana@2024-10-01' existing = {
  name: grafanaName

  resource toLive 'managedPrivateEndpoints' = {
    name: 'live'
    location: location
    tags: tags
    properties: {
      privateLinkResourceId: app.id
      groupIds: ['sites']
      requestMessage: 'The datasource of the dashboards.'
    }
  }
}
