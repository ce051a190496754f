metadata description = 'What somebody is told of: lag, dead letters, failures, timers that do not run, an app that does not answer, and money.'

param suffix string
param location string
param tags object
param workspaceName string
param insightsName string
param liveAppName string
param emails string[]

@description('In the currency of the subscription.')
param monthlyBudget int

@description('The month from whose first day the budget counts; empty leaves the budget that is there.')
param budgetFrom string

@description('After how many seconds behind, and how many records not yet archived, somebody is told.')
param mostSecondsBehind int
param mostArchiveLag int

@description('Timer functions, and the minutes after which their last success is too long ago.')
param timers { *: int }

// One that has never run is missed once there has been telemetry for that long.
var timerTable = join(map(items(timers), item => '"${item.key}", ${item.value}'), ', ')

var queries = {
  behind: {
    title: 'The aggregates are behind Kafka'
    severity: 1
    query: 'AppMetrics | where Name == "shitops_pipeline_behind_seconds" | summarize Value = max(Max)'
    threshold: mostSecondsBehind
    // One measurement may be of a batch in hand.
    periods: 2
    every: 'PT5M'
    over: 'PT15M'
  }
  'archive-behind': {
    title: 'The archive is behind Kafka'
    severity: 1
    query: 'AppMetrics | where Name == "shitops_pipeline_archive_lag_records" | summarize Value = max(Max)'
    threshold: mostArchiveLag
    every: 'PT5M'
    over: 'PT15M'
  }
  'dead-letters': {
    title: 'Records were put aside as dead letters'
    severity: 2
    query: 'AppMetrics | where Name == "shitops_pipeline_dead_letters_total" | summarize Value = sum(Sum)'
    threshold: 0
    every: 'PT15M'
    over: 'PT30M'
  }
  failures: {
    title: 'Functions fail'
    severity: 1
    query: 'AppMetrics | where Name == "faas.invocations" and isnotempty(tostring(Properties["error.type"])) | summarize Value = sum(Sum)'
    threshold: 20
    every: 'PT5M'
    over: 'PT15M'
  }
  silence: {
    title: 'Nothing tells how it is'
    severity: 1
    query: 'AppMetrics | where Name == "faas.invocations" | summarize Value = iff(count() == 0, 1, 0)'
    threshold: 0
    every: 'PT15M'
    over: 'PT30M'
  }
  dropped: {
    title: 'Telemetry is dropped: the day has had what it may have'
    severity: 2
    query: '_LogOperation | where Category =~ "Ingestion" and Detail contains "OverQuota" | summarize Value = count()'
    threshold: 0
    every: 'PT1H'
    over: 'PT1H'
  }
  timers: {
    title: 'A timer function has not succeeded for long'
    severity: 2
    query: 'let runs = AppMetrics | where Name == "faas.invocations"; let since = toscalar(runs | summarize min(TimeGenerated)); datatable(Function: string, Minutes: long) [${timerTable}] | join kind=leftouter (runs | where isempty(tostring(Properties["error.type"])) | summarize Last = max(TimeGenerated) by Function = tostring(Properties["faas.name"])) on Function | where coalesce(Last, since, datetime(2000-01-01)) < ago(Minutes * 1m) | summarize Value = count()'
    threshold: 0
    every: 'PT1H'
    over: 'P2D'
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = { name: workspaceName }
resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }
resource app 'Microsoft.Web/sites@2024-04-01' existing = { name: liveAppName }

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'shitops'
    emailReceivers: [for (email, i) in emails: { name: 'email-${i}', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for item in items(queries): {
    name: 'alert-${item.key}-${suffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: item.value.title
      severity: item.value.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: item.value.every
      windowSize: item.value.over
      criteria: {
        allOf: [
          {
            query: item.value.query
            metricMeasureColumn: 'Value'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: item.value.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: item.value.?periods ?? 1
              minFailingPeriodsToAlert: item.value.?periods ?? 1
            }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [people.id] }
    }
  }
]

resource probe 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'probe-${suffix}'
  location: location
  tags: union(tags, { 'hidden-link:${insights.id}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'probe-${suffix}'
    Name: 'Health'
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'emea-nl-ams-azr' }
      { Id: 'emea-gb-db3-azr' }
      { Id: 'us-va-ash-azr' }
    ]
    Request: {
      RequestUrl: 'https://${app.properties.defaultHostName}/api/health'
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 7 }
  }
}

resource unavailable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-unavailable-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Health does not answer 200 at two of three places: the app is away, or says itself what is wrong.'
    severity: 1
    enabled: true
    scopes: [probe.id, insights.id]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: probe.id
      componentId: insights.id
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = if (!empty(budgetFrom)) {
  name: 'budget-${suffix}'
  properties: {
    category: 'Cost'
    timeGrain: 'Monthly'
    amount: monthlyBudget
    timePeriod: { startDate: '${budgetFrom}-01T00:00:00Z' }
    notifications: {
      most: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: emails
        contactGroups: [people.id]
      }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: emails
        contactGroups: [people.id]
      }
    }
  }
}
