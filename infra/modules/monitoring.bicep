metadata description = 'Two workspaces and what is written to them. A daily cap on the app\'s own never blinds the audit of vault and database.'

param location string
param tags object
param names { app: string, audit: string, insights: string }

@description('Gigabytes a day that the app may write before the rest of the day is lost.')
@minValue(1)
param dailyCapGigabytes int

@description('Days that the app\'s log is kept.')
@minValue(30)
@maxValue(730)
param appRetentionDays int

@description('Days that the audit is kept.')
@minValue(90)
@maxValue(730)
param auditRetentionDays int

param vaultName string
param cosmosAccountName string
param storageAccountName string

@description('Communication Services, whose own log tells bounces.')
param communicationName string

resource appLog 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: names.app
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: appRetentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGigabytes }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource audit 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: names.audit
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: auditRetentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: names.insights
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: appLog.id
    DisableLocalAuth: true
    DisableIpMasking: false
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosAccountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' existing = {
  name: '${storageAccountName}/default'
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = {
  name: communicationName
}

// Diagnostic settings have never left preview.
#disable-next-line use-recent-api-versions
resource vaultAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: audit.id
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

#disable-next-line use-recent-api-versions // As above.
resource cosmosAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: cosmos
  name: 'audit'
  properties: {
    workspaceId: audit.id
    logAnalyticsDestinationType: 'Dedicated'
    // Not the data plane: it would name owners' partitions.
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
  }
}

#disable-next-line use-recent-api-versions // As above.
resource packageAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'audit'
  properties: {
    workspaceId: audit.id
    // Who writes the package can unwrap every key.
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

#disable-next-line use-recent-api-versions // As above.
resource sending 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: communication
  name: 'sending'
  properties: {
    workspaceId: appLog.id
    logs: [
      { category: 'EmailStatusUpdateOperational', enabled: true }
      { category: 'SMSOperational', enabled: true }
    ]
  }
}

// Not a secret: ingestion takes identities alone, and the string only says where.
output connectionString string = insights.properties.ConnectionString
