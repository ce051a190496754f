metadata description = 'Who the apps are: one identity for each. What they may do stands in roles.bicep.'

param liveName string
param archiveName string
param location string
param tags object

resource live 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: liveName
  location: location
  tags: tags
}

resource archive 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: archiveName
  location: location
  tags: tags
}
