metadata description = 'Every role that anything here has, and nothing else that assigns one. Each is named by ids that are known before the deployment, so that what-if can show what changes.'

param appPrincipalId string
param identityIds { app: string, deployInfra: string, deployCode: string }

@description('Empty where nothing deploys from GitHub.')
param deployInfraPrincipalId string

@description('Empty where nothing deploys from GitHub.')
param deployCodePrincipalId string

param deployFromGitHub bool
param storageAccountName string
param vaultName string
param keyName string

@description('Secrets that settings of the app refer to.')
param secretNames string[]

param cosmosAccountName string

@description('The GUID of the app\'s data role.')
param dataRoleName string

param insightsName string
param siteName string

param communicationName string

@description('Ends the name of the custom role: such names are the whole tenant\'s.')
param roleSuffix string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  communicationAndEmailServiceOwner: '09976791-48a7-449e-bb21-39d1a415f350'
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c'
  userAccessAdministrator: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9'
  websiteContributor: 'de139f84-1756-47ae-9be6-808fbbe84772'
}

resource storage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName

  resource key 'keys' existing = {
    name: keyName
  }
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2026-05-15' existing = [
  for name in secretNames: {
    parent: vault
    name: name
  }
]

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' existing = {
  name: cosmosAccountName

  resource dataRole 'sqlRoleDefinitions' existing = {
    name: dataRoleName
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = {
  name: communicationName
}

// The built-in Crypto Service Encryption User may wrap as well, and on every key. The app wraps by itself.
resource unwrapRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'unwrap')
  properties: {
    roleName: 'Authenticator backup: unwrap ${roleSuffix}'
    description: 'Reads the public half of a key, and unwraps with it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/keys/unwrap/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource appUnwraps 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::key
  name: guid(vault::key.id, identityIds.app, unwrapRole.id)
  properties: {
    roleDefinitionId: unwrapRole.id
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource appReadsSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in secretNames: {
    scope: secrets[index]
    name: guid(secrets[index].id, identityIds.app, roles.keyVaultSecretsUser)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

// The host makes its containers itself, for which it needs the owner's role.
resource appKeepsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identityIds.app, roles.storageBlobDataOwner)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource appLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityIds.app, roles.monitoringMetricsPublisher)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource appKeepsItems 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2026-03-15' = {
  parent: cosmos
  name: guid(cosmos.id, identityIds.app, 'data')
  properties: {
    roleDefinitionId: cosmos::dataRole.id
    principalId: appPrincipalId
    scope: cosmos.id
  }
}

// The only role with which an identity sends also changes the resource. An identity of its own would part nothing: the
// same code would have both.
resource appSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: communication
  name: guid(communication.id, identityIds.app, roles.communicationAndEmailServiceOwner)
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.communicationAndEmailServiceOwner
    )
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Resources, and the roles and the lock on them: User Access Administrator alone may define a role and set a lock.
resource infraDeploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.contributor, roles.userAccessAdministrator]: if (deployFromGitHub) {
    name: guid(resourceGroup().id, identityIds.deployInfra, role)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: deployInfraPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource codeDeploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployFromGitHub) {
  scope: site
  name: guid(site.id, identityIds.deployCode, roles.websiteContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.websiteContributor)
    principalId: deployCodePrincipalId
    principalType: 'ServicePrincipal'
  }
}
