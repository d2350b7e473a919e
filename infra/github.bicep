metadata description = 'What the identity that deploys this from GitHub needs above its resource group. Deployed once, by an owner of the subscription: docs/deploy.md.'

targetScope = 'subscription'

@description('The principal id of the identity that deploys infra.')
param principalId string

@description('Ends the role\'s name: such names are the whole tenant\'s.')
param roleSuffix string

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, 'deploy', roleSuffix)
  properties: {
    roleName: 'Authenticator backup: deploy ${roleSuffix}'
    description: 'Begins deployments at the subscription, and makes their resource group. What they make needs rights of its own.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.Resources/deployments/read'
          'Microsoft.Resources/deployments/write'
          'Microsoft.Resources/deployments/validate/action'
          'Microsoft.Resources/deployments/whatIf/action'
          'Microsoft.Resources/deployments/operations/read'
          'Microsoft.Resources/deployments/operationstatuses/read'
          'Microsoft.Resources/subscriptions/resourceGroups/read'
          'Microsoft.Resources/subscriptions/resourceGroups/write'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource deploys 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, role.id)
  properties: {
    roleDefinitionId: role.id
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}
