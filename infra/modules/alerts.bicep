metadata description = 'The alerts. Each has a section of its own in docs/runbook.md, under its name.'

param location string
param tags object
param actionGroupName string

@description('Who is told, by e-mail.')
param contacts string[]

@description('The service\'s address, which is asked whether it is ready.')
param publicOrigin string

param insightsId string
param appWorkspaceId string
param auditWorkspaceId string
param vaultName string
param cosmosAccountName string
param appClientId string

@description('Where the runbook is, for the link in the message.')
param runbookUrl string

@description('The app\'s addresses in its private network, as CIDR; empty without one.')
param appAddresses string

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'auth-backup'
    enabled: true
    emailReceivers: [
      for (address, index) in contacts: {
        name: 'contact-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosAccountName
}

// What the service logs: one JSON text in a trace's message. A request's has an endpoint, a timer's an operation.
var entries = 'AppTraces | where Message startswith "{" | extend line = parse_json(Message)'
var lines = '${entries} | where isnotempty(line.endpoint)'

// The rule belongs to one workspace, and asks the other one as well.
var loggedUnwraps = 'workspace("${appWorkspaceId}").${entries} | extend vault = line.vault | summarize sum(coalesce(toint(vault.release), 0) + coalesce(toint(vault.probe), 0) + coalesce(toint(vault.rewrap), 0) + coalesce(toint(vault["service-key"]), 0))'

var logAlertsOfEveryone = [
  {
    name: 'vault-key-use'
    severity: 0
    workspace: auditWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'A key was used or changed in a way that the service never does.'
    query: 'AZKVAuditLogs | where OperationName startswith "Key" | where OperationName !in ("KeyUnwrap", "KeyGet", "KeyList", "KeyListVersions")'
  }
  {
    name: 'vault-other-caller'
    severity: 0
    workspace: auditWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'Another identity than the app\'s unwrapped a key, or tried to.'
    query: 'AZKVAuditLogs | where OperationName == "KeyUnwrap" | where tostring(Identity.claim.appid) != "${appClientId}"'
  }
  {
    name: 'package-writes'
    severity: 1
    workspace: auditWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'The package of the app was replaced or deleted. Whoever does that can unwrap every key.'
    query: 'StorageBlobLogs | where OperationName in ("PutBlob", "PutBlockList", "DeleteBlob", "CopyBlob") | where Uri !contains "/azure-webjobs-"'
  }
  {
    name: 'server-errors'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'More than one request in a hundred fails on our side.'
    query: '${lines} | where line.endpoint !in ("service-ready", "service-health") | summarize requests = count(), failed = countif(toint(line.status) >= 500) | where requests >= 20 and failed * 100 > requests'
  }
  {
    name: 'no-telemetry'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'Nothing has been logged for ten minutes, although the service is asked every five.'
    query: 'AppTraces | where TimeGenerated > ago(10m) | summarize entries = count() | where entries == 0'
  }
  {
    name: 'cap-reached'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT1H'
    frequency: 'PT15M'
    description: 'The app\'s log has reached its daily cap: the rest of the day is lost.'
    query: '_LogOperation | where Category =~ "Ingestion" and Detail has "OverQuota"'
  }
  {
    name: 'vault-not-logged'
    severity: 0
    workspace: auditWorkspaceId
    window: 'PT1H'
    frequency: 'PT15M'
    description: 'The vault unwrapped more often than the app says that it asked: something else signs in as the app.'
    // Both logs are written late. The app's is counted over a quarter of an hour more on either side, so that a request
    // at the edge raises nothing.
    query: 'let logged = toscalar(${loggedUnwraps}); AZKVAuditLogs | where TimeGenerated between (ago(45m) .. ago(15m)) | where OperationName == "KeyUnwrap" and tostring(Identity.claim.appid) == "${appClientId}" and HttpStatusCode == 200 | summarize audited = count() | where audited > logged'
  }
  {
    name: 'host-errors'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'More than one request in a hundred was answered with 5xx by the host alone: the worker ended, or a body was too large.'
    query: 'let ours = toscalar(${lines} | where toint(line.status) >= 500 | count); AppRequests | where Name !in ("notices-sweep", "service-ready", "service-health") | summarize requests = count(), failed = countif(toint(ResultCode) >= 500) | where requests >= 20 and (failed - ours) * 100 > requests'
  }
  {
    name: 'store-not-ready'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'The service could not use its database when it was asked whether it is ready.'
    query: '${lines} | where line.endpoint == "service-ready" and tostring(line.failure) startswith "StoreUnavailable" | summarize times = count() | where times >= 2'
  }
  {
    name: 'keys-not-ready'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'The service could not use its keys when it was asked whether it is ready.'
    query: '${lines} | where line.endpoint == "service-ready" and tostring(line.failure) startswith "KeyUnavailable" | summarize times = count() | where times >= 2'
  }
  {
    name: 'no-sweep'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'Notices have not been swept for ten minutes: the app\'s timers are silent.'
    // The host writes a request of each run of a timer, under the function's name.
    query: 'AppRequests | where TimeGenerated > ago(10m) | where Name == "notices-sweep" and Success | summarize runs = count() | where runs == 0'
  }
  {
    name: 'late-notices'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'A notice had been due for more than five minutes when a sweep took it up: owners are told late.'
    query: '${entries} | where line.operation == "notices-sweep" and toint(line.waited) > 300'
  }
  {
    name: 'dead-notice'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'A notice was given up: an owner was not told by every means.'
    query: '${entries} | where line.code == "notice-dead"'
  }
  {
    name: 'data-unreadable'
    severity: 1
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'An item of the database does not have the form that the service writes.'
    query: '${entries} | where line.code in ("data-unreadable", "notice-unreadable")'
  }
  {
    name: 'throttled'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT15M'
    frequency: 'PT5M'
    description: 'More than one request in a hundred failed because database or vault would take no more.'
    query: '${lines} | summarize requests = count(), throttled = countif(toint(line.status) == 503 and tostring(line.failure) has "429") | where requests >= 20 and throttled * 100 > requests'
  }
  {
    name: 'denials'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT1H'
    frequency: 'PT15M'
    // The longest that a rule may look back.
    range: 'P2D'
    description: 'Owners deny recoveries three times as often as in the two days before: somebody tries many accounts.'
    query: '${lines} | where line.endpoint == "recoveries-deny" and toint(line.status) < 300 | summarize recent = countif(TimeGenerated > ago(1h)), before = countif(TimeGenerated <= ago(1h)) | where recent > 10 and recent * 47 > before * 3'
  }
  {
    name: 'codes-not-sent'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT1H'
    frequency: 'PT15M'
    description: 'Codes do not go out: the cap of texts is reached, or what sends them refuses.'
    query: '${lines} | where line.code == "code-not-sent" | summarize times = count() | where times >= 10'
  }
  {
    name: 'bounces'
    severity: 2
    workspace: appWorkspaceId
    window: 'PT1H'
    frequency: 'PT15M'
    description: 'More than one mail in twenty comes back: the domain will be held for a sender of spam.'
    query: 'ACSEmailStatusUpdateOperational | where isnotempty(RecipientId) and DeliveryStatus != "OutForDelivery" | summarize sent = count(), returned = countif(DeliveryStatus in ("Bounced", "Suppressed", "Quarantined", "FilteredSpam")) | where returned >= 5 and returned * 20 > sent'
  }
  {
    name: 'monthly-test'
    severity: 3
    workspace: appWorkspaceId
    window: 'PT2H'
    frequency: 'PT1H'
    description: 'A test, on the first of each month between 8 and 9 o\'clock UTC: alerts reach you.'
    query: 'AppTraces | summarize entries = count() | where dayofmonth(now()) == 1 and hourofday(now()) == 8'
  }
]

// Without a private network an app on Flex Consumption calls from addresses that nobody can know beforehand.
var logAlerts = concat(
  logAlertsOfEveryone,
  empty(appAddresses)
    ? []
    : [
        {
          name: 'vault-outside'
          severity: 0
          workspace: auditWorkspaceId
          window: 'PT15M'
          frequency: 'PT5M'
          description: 'A key was unwrapped, or was to be, from outside of the app\'s network.'
          query: 'AZKVAuditLogs | where OperationName == "KeyUnwrap" | where not(ipv4_is_in_range(CallerIpAddress, "${appAddresses}"))'
        }
      ]
)

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in logAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.name
      description: '${alert.description} ${runbookUrl}#${alert.name}'
      severity: alert.severity
      enabled: true
      scopes: [alert.workspace]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      overrideQueryTimeRange: alert.?range
      // A table that nothing has been written to yet is no reason to refuse the rule.
      skipQueryValidation: true
      autoMitigate: alert.severity > 0
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]

// From the activity log itself: no workspace whose cap or cost could blind them.
var activityAlerts = [
  {
    name: 'identity-changed'
    scope: resourceGroup().id
    description: 'The app\'s identity was attached to something, or another sign-in was added to one of the identities.'
    operations: [
      'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
      'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write'
    ]
  }
  {
    name: 'database-restored'
    scope: subscription().id
    description: 'A copy of a database is being restored.'
    operations: ['Microsoft.DocumentDB/locations/restorableDatabaseAccounts/restore/action']
  }
  {
    name: 'database-keys'
    scope: resourceGroup().id
    description: 'Keys of the database were listed or made anew.'
    operations: [
      'Microsoft.DocumentDB/databaseAccounts/listKeys/action'
      'Microsoft.DocumentDB/databaseAccounts/readonlykeys/action'
      'Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action'
      'Microsoft.DocumentDB/databaseAccounts/regenerateKey/action'
    ]
  }
  {
    name: 'database-changed'
    scope: resourceGroup().id
    description: 'The database account or who may use its data was changed: local sign-in may have been switched on.'
    operations: [
      'Microsoft.DocumentDB/databaseAccounts/write'
      'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write'
      'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions/write'
    ]
  }
  {
    name: 'role-assigned'
    scope: resourceGroup().id
    description: 'A role was assigned or defined, or a lock was removed.'
    operations: [
      'Microsoft.Authorization/roleAssignments/write'
      'Microsoft.Authorization/roleDefinitions/write'
      'Microsoft.Authorization/locks/delete'
    ]
  }
  {
    name: 'vault-changed'
    scope: resourceGroup().id
    description: 'The vault, a key or a secret was changed through Azure Resource Manager.'
    operations: [
      'Microsoft.KeyVault/vaults/write'
      'Microsoft.KeyVault/vaults/delete'
      'Microsoft.KeyVault/vaults/keys/write'
      'Microsoft.KeyVault/vaults/secrets/write'
    ]
  }
  {
    name: 'audit-changed'
    scope: resourceGroup().id
    description: 'What is logged, or who is told of it, was changed or removed.'
    operations: [
      'Microsoft.Insights/diagnosticSettings/write'
      'Microsoft.Insights/diagnosticSettings/delete'
      'Microsoft.Insights/scheduledQueryRules/delete'
      'Microsoft.Insights/actionGroups/write'
      'Microsoft.OperationalInsights/workspaces/delete'
    ]
  }
]

resource activityAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = [
  for alert in activityAlerts: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.description} ${runbookUrl}#${alert.name}'
      enabled: true
      scopes: [alert.scope]
      condition: {
        allOf: [
          { field: 'category', equals: 'Administrative' }
          { field: 'status', equals: 'Succeeded' }
          { anyOf: [for operation in alert.operations: { field: 'operationName', equals: operation }] }
        ]
      }
      actions: { actionGroups: [{ actionGroupId: group.id }] }
    }
  }
]

resource ready 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'ready'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'ready'
    Name: 'ready'
    Enabled: true
    Frequency: 300
    Timeout: 30
    Kind: 'standard'
    RetryEnabled: true
    // https://learn.microsoft.com/azure/azure-monitor/app/availability: five locations of three continents.
    Locations: [
      { Id: 'emea-nl-ams-azr' }
      { Id: 'emea-gb-db3-azr' }
      { Id: 'us-va-ash-azr' }
      { Id: 'us-ca-sjc-azr' }
      { Id: 'apac-sg-sin-azr' }
    ]
    Request: { RequestUrl: '${publicOrigin}/v1/ready', HttpVerb: 'GET', ParseDependentRequests: false }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 14 }
  }
}

resource notReady 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'not-ready'
  location: 'global'
  tags: tags
  properties: {
    description: 'The service says that it is not ready, or does not answer, as seen from two places. ${runbookUrl}#not-ready'
    severity: 1
    enabled: true
    scopes: [ready.id, insightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: ready.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: group.id }]
  }
}

var metricAlertsOf = [
  {
    name: 'vault-saturation'
    scope: vault.id
    namespace: 'Microsoft.KeyVault/vaults'
    metric: 'SaturationShoebox'
    threshold: 75
    description: 'The vault is asked for more than three quarters of what it serves.'
  }
  {
    name: 'request-units'
    scope: cosmos.id
    namespace: 'Microsoft.DocumentDB/databaseAccounts'
    metric: 'NormalizedRUConsumption'
    threshold: 90
    description: 'A partition of the database uses more than 90 % of its request units.'
  }
]

resource metricAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in metricAlertsOf: {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.description} ${runbookUrl}#${alert.name}'
      severity: 2
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'above'
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: alert.threshold
          }
        ]
      }
      actions: [{ actionGroupId: group.id }]
    }
  }
]
