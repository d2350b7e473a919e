metadata description = 'The Functions app, on Flex Consumption.'

param location string
param tags object
param planName string
param siteName string
param identityId string
param identityClientId string
param zoneRedundant bool

@description('What Node the worker runs.')
param nodeVersion '22' | '24'

@description('Instances that are kept warm for HTTP.')
@minValue(0)
@maxValue(100)
param alwaysReady int

@description('The most instances.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Requests that an instance takes at once, before another is started.')
@minValue(1)
@maxValue(1000)
param perInstanceConcurrency int

@description('Memory of an instance in MB.')
param instanceMemory 2048 | 4096

@description('The app\'s subnet; empty without a private network.')
param subnetId string

param storageAccountName string
param blobEndpoint string
param packageContainer string
param insightsConnectionString string

@description('The service\'s own settings, by name.')
param settings object

var hostSettings = {
  // The three of an identity, and no plain AzureWebJobsStorage beside them: the host would take that one.
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: siteName
  location: location
  // azd finds by it what the service of this name in azure.yaml is deployed to.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    sshEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    outboundVnetRouting: { allTraffic: !empty(subnetId) }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
      appSettings: [for setting in items(union(hostSettings, settings)): { name: setting.key, value: setting.value }]
    }
    functionAppConfig: {
      runtime: { name: 'node', version: nodeVersion }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${blobEndpoint}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReady > 0 ? [{ name: 'http', instanceCount: alwaysReady }] : []
        triggers: { http: { perInstanceConcurrency: perInstanceConcurrency } }
      }
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
    dependsOn: [ftp]
  }
}

output hostName string = site.properties.defaultHostName
