targetScope = 'subscription'

import { appScale, kafkaChoice } from 'types.bicep'

metadata description = 'The whole of ShitOps in one resource group: private, without keys, watched.'

@description('Tells this deployment from others of the subscription, such as prod.')
@minLength(2)
@maxLength(20)
param environmentName string
param location string

@description('Who answers for it: a tag of every resource.')
param owner string

@description('The Kafka that carries the events.')
param kafka kafkaChoice
param topic string = 'shitops-events'

@description('A name for the Kafka cluster and its present log; another one when the cluster changes or the topic is made anew.')
param stream string

@description('The secret that person ids are made with, 32 characters or more. Needed once; empty leaves the one in the vault. It never changes.')
@secure()
param tenantKey string = ''

@description('For an external Kafka: the client\'s certificate, PEM. Needed once, and when it is renewed; empty leaves the one in the vault.')
@secure()
param kafkaClientCertificate string = ''

@description('Its key, PEM, PKCS#8 without a password.')
@secure()
param kafkaClientKey string = ''

@description('Into how many slices the aggregates are divided.')
@minValue(1)
@maxValue(65536)
param slices int

@description('Storage accounts that share the slices among them; 0: the aggregates are in the account of the archive.')
@minValue(0)
@maxValue(64)
param aggregateAccounts int

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param redundancy string

@description('After how many days without a change the archive\'s files go to the cool and to the cold tier.')
param tierDays { cool: int, cold: int }

@description('Days for which what was deleted or overwritten in the archive can be had back.')
@minValue(1)
@maxValue(365)
param recoveryDays int

@description('Whether the archive\'s account is kept from being deleted.')
param isArchiveLocked bool
param liveScale appScale
param archiveScale appScale

@description('How many records an archived batch holds at most, and how many seconds one is filled; see docs/runtimes.md.')
param archiveBatch { size: int, seconds: int }
param isZoneRedundant bool

@description('An address range (CIDR), /20 or larger, that nothing else in reach uses.')
param addressPrefix string

@description('Ranges (CIDR) from which the apps and their deployment endpoints are reached by their public addresses; none: by the network alone.')
param allowedAddresses string[]

@description('Whether Grafana\'s sign-in page has a public address.')
param isGrafanaPublic bool

@description('Whether Grafana has a private way to the live app. Where Azure refuses one to an app, or it is not wanted: false, and Grafana\'s own addresses go into allowedAddresses.')
param hasGrafanaEndpoint bool = true
param grafanaAdmins { id: string, type: 'User' | 'Group' | 'ServicePrincipal' }[]
param alertEmails string[]

@description('Somebody is told at 80% of it, and when the forecast goes beyond; in the currency of the subscription.')
@minValue(1)
param monthlyBudget int

@description('The month, such as 2026-12, from whose first day the budget counts; not before the present one. Needed once: Azure lets nobody change it. Empty leaves the budget that is there.')
param budgetFrom string = ''
param logs { retentionDays: int, mostGigabytesADay: int }

@description('After how many seconds behind, and how many records not yet archived, somebody is told.')
param alertAfter { secondsBehind: int, archiveLag: int }

var tags = { application: 'shitops', environment: environmentName, owner: owner, 'azd-env-name': environmentName }
var suffix = uniqueString(subscription().id, environmentName, location)
var names = {
  workspace: 'log-${suffix}'
  insights: 'appi-${suffix}'
  network: 'vnet-${suffix}'
  liveIdentity: 'id-live-${suffix}'
  archiveIdentity: 'id-archive-${suffix}'
  vault: 'kv-${suffix}'
  eventHubs: 'evhns-${suffix}'
  hostAccount: 'sthost${suffix}'
  dataAccount: 'stdata${suffix}'
  aggregateAccounts: map(range(0, aggregateAccounts), i => 'stagg${i}${suffix}')
  live: 'func-live-${suffix}'
  archive: 'func-archive-${suffix}'
  grafana: 'amg-${suffix}'
}

// Which functions of the one package run in which app.
var liveFunctions = [
  'AggregateProjects'
  'Ask'
  'BuildBlocks'
  'ErasePerson'
  'ExpireDeadLetters'
  'Explain'
  'ForecastProjects'
  'GetAuditRows'
  'GetBelowApi'
  'GetBottleneckRows'
  'GetBuildInfo'
  'GetCalibrationRows'
  'GetForecastRows'
  'GetFormatQuery'
  'GetHealth'
  'GetHistoryRows'
  'GetLabelNames'
  'GetLabelValues'
  'GetMetadata'
  'GetMilestoneForecastRows'
  'GetOpenApi'
  'GetPartitionRows'
  'GetProjectRow'
  'GetProjectRows'
  'GetQuery'
  'GetQueryRange'
  'GetResourceRows'
  'GetScale'
  'GetSeries'
  'GetTaskForecastRows'
  'GetTaskRows'
  'GetTeamRows'
  'MeasurePipeline'
  'PostEvents'
  'PostFeedback'
  'RefineQuestions'
]
var archiveFunctions = ['ArchiveEvents', 'CommitArchive', 'CompactArchive', 'KeepManifest', 'VacuumArchive']

// How many minutes ago each timer function has to have succeeded at the latest.
var timers = {
  CommitArchive: 15
  MeasurePipeline: 15
  KeepManifest: 15
  ForecastProjects: 30
  BuildBlocks: 180
  CompactArchive: 180
  VacuumArchive: 1560
  ExpireDeadLetters: 1560
  RefineQuestions: 1560
}

var kafkaSettings = kafka.kind == 'eventHubs'
  ? {
      KafkaBrokers: '${names.eventHubs}.servicebus.windows.net:9093'
      KafkaProtocol: 'SaslSsl'
      KafkaAuthenticationMode: 'Plain'
      KafkaUsername: '$ConnectionString'
    }
  : { KafkaBrokers: kafka.brokers, KafkaProtocol: 'Ssl', KafkaSslCaPem: kafka.ca }
var clientSecrets = [
  { setting: 'KafkaSslCertificatePem', secret: 'kafka-client-certificate' }
  { setting: 'KafkaSslKeyPem', secret: 'kafka-client-key' }
]
var liveSecrets = concat(
  [{ setting: 'TenantKey', secret: 'tenant-key' }],
  kafka.kind == 'eventHubs' ? [{ setting: 'KafkaPassword', secret: 'event-hubs-live' }] : clientSecrets
)
var archiveSecrets = concat(
  [{ setting: 'TenantKey', secret: 'tenant-key' }],
  kafka.kind == 'eventHubs' ? [{ setting: 'KafkaPassword', secret: 'event-hubs-archive' }] : clientSecrets
)
var commonSettings = union(kafkaSettings, { KafkaTopic: topic, KafkaStream: stream })

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-shitops-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: { liveName: names.liveIdentity, archiveName: names.archiveIdentity, location: location, tags: tags }
}

module telemetry 'modules/telemetry.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logs.retentionDays
    mostGigabytesADay: logs.mostGigabytesADay
  }
}

module network 'modules/network.bicep' = {
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
    addressPrefix: addressPrefix
    workspaceName: names.workspace
  }
  dependsOn: [telemetry]
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    tenantKey: tenantKey
    hasClientCertificate: kafka.kind == 'external'
    kafkaClientCertificate: kafkaClientCertificate
    kafkaClientKey: kafkaClientKey
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [network]
}

module eventHubs 'modules/eventHubs.bicep' = if (kafka.kind == 'eventHubs') {
  scope: group
  params: {
    name: names.eventHubs
    location: location
    tags: tags
    topic: topic
    tier: kafka.tier
    capacity: kafka.capacity
    mostCapacity: kafka.mostCapacity
    partitions: kafka.partitions
    retentionHours: kafka.retentionHours
    vaultName: names.vault
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [network, vault]
}

@description('The Functions host: its leases, its keys, the packages.')
module hostStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.hostAccount
    location: location
    tags: tags
    redundancy: redundancy
    services: ['blob']
    containers: ['package-live', 'package-archive']
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [network]
}

@description('The archive and its manifest, dead letters, blocks of history, models, locks, people, and how far the pipeline is.')
module dataStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.dataAccount
    location: location
    tags: tags
    redundancy: redundancy
    services: ['blob', 'table']
    containers: ['archive', 'manifest', 'dead-letters', 'locks', 'blocks', 'models']
    recoveryDays: recoveryDays
    // Compacted files. Segments are merged within hours, and the table's log is read all the time.
    tiers: { prefixes: ['archive/events/stream='], coolAfterDays: tierDays.cool, coldAfterDays: tierDays.cold }
    isLocked: isArchiveLocked
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [network]
}

@description('The aggregates, by slice.')
module aggregateStorage 'modules/storage.bicep' = [
  for i in range(0, aggregateAccounts): {
    scope: group
    params: {
      name: names.aggregateAccounts[i]
      location: location
      tags: tags
      redundancy: redundancy
      services: ['table']
      networkName: names.network
      workspaceName: names.workspace
    }
    dependsOn: [network]
  }
]

module grafana 'modules/grafana.bicep' = {
  scope: group
  params: {
    name: names.grafana
    location: location
    tags: tags
    isPublic: isGrafanaPublic
    hasOwnAddresses: !hasGrafanaEndpoint
    isZoneRedundant: isZoneRedundant
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [network]
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    liveIdentityName: names.liveIdentity
    archiveIdentityName: names.archiveIdentity
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    aggregateAccountNames: names.aggregateAccounts
    vaultName: names.vault
    liveSecrets: liveSecrets
    archiveSecrets: archiveSecrets
    insightsName: names.insights
    grafanaName: names.grafana
    grafanaAdmins: grafanaAdmins
  }
  dependsOn: [identities, telemetry, vault, eventHubs, hostStorage, dataStorage, aggregateStorage, grafana]
}

module live 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: names.live
    location: location
    tags: union(tags, { 'azd-service-name': 'live' })
    identityName: names.liveIdentity
    scale: liveScale
    subnetName: 'live'
    hostAccountName: names.hostAccount
    packageContainer: 'package-live'
    dataAccountName: names.dataAccount
    insightsName: names.insights
    settings: union(
      commonSettings,
      { Slices: string(slices) },
      // By default six queries may hold 320 MB each.
      liveScale.memoryMB > 2048 ? {} : { QueryMaxSamples: '5000000', QueryMaxConcurrency: '3' },
      aggregateAccounts == 0 ? {} : { AggregateStorage: join(names.aggregateAccounts, ',') },
      toObject(archiveFunctions, name => 'AzureWebJobs.${name}.Disabled', name => 'true')
    )
    secrets: liveSecrets
    vaultName: names.vault
    allowedAddresses: allowedAddresses
    isProbed: true
    isZoneRedundant: isZoneRedundant
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [roles]
}

module archive 'modules/functionApp.bicep' = {
  scope: group
  params: {
    name: names.archive
    location: location
    tags: union(tags, { 'azd-service-name': 'archive' })
    identityName: names.archiveIdentity
    scale: archiveScale
    subnetName: 'archive'
    hostAccountName: names.hostAccount
    packageContainer: 'package-archive'
    dataAccountName: names.dataAccount
    insightsName: names.insights
    settings: union(
      commonSettings,
      {
        AzureFunctionsJobHost__extensions__kafka__maxBatchSize: string(archiveBatch.size)
        AzureFunctionsJobHost__extensions__kafka__subscriberIntervalInSeconds: string(archiveBatch.seconds)
      },
      toObject(liveFunctions, name => 'AzureWebJobs.${name}.Disabled', name => 'true')
    )
    secrets: archiveSecrets
    vaultName: names.vault
    allowedAddresses: allowedAddresses
    isProbed: false
    isZoneRedundant: isZoneRedundant
    networkName: names.network
    workspaceName: names.workspace
  }
  dependsOn: [roles]
}

module grafanaToLive 'modules/grafanaToLive.bicep' = if (hasGrafanaEndpoint) {
  scope: group
  params: { grafanaName: names.grafana, location: location, tags: tags, liveAppName: names.live }
  dependsOn: [grafana, live]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: tags
    workspaceName: names.workspace
    insightsName: names.insights
    liveAppName: names.live
    emails: alertEmails
    monthlyBudget: monthlyBudget
    budgetFrom: budgetFrom
    mostSecondsBehind: alertAfter.secondsBehind
    mostArchiveLag: alertAfter.archiveLag
    timers: timers
  }
  dependsOn: [telemetry, live]
}

output SHITOPS_RESOURCE_GROUP string = group.name
output SHITOPS_DATA_ACCOUNT string = names.dataAccount
output SHITOPS_AGGREGATE_ACCOUNTS string = join(names.aggregateAccounts, ',')
output SHITOPS_SLICES int = slices
output SHITOPS_EVENT_HUBS string = kafka.kind == 'eventHubs' ? names.eventHubs : ''
output SHITOPS_LIVE_APP string = names.live
output SHITOPS_ARCHIVE_APP string = names.archive
output SHITOPS_URL string = 'https://${live.outputs.hostName}'
output SHITOPS_GRAFANA string = names.grafana
output SHITOPS_GRAFANA_URL string = grafana.outputs.endpoint
