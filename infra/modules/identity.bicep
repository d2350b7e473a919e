metadata description = 'The identities: of the app, and the two that deploy from GitHub.'

param location string
param tags object

@description('Names, one an identity.')
param names { app: string, deployInfra: string, deployCode: string }

@description('The subjects of GitHub\'s tokens that may deploy; null makes neither of the two identities for it.')
param github { infraSubject: string, codeSubject: string }?

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.app
  location: location
  tags: tags
}

resource deployInfra 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (github != null) {
  name: names.deployInfra
  location: location
  tags: tags
}

resource deployCode 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (github != null) {
  name: names.deployCode
  location: location
  tags: tags
}

resource infraFromGitHub 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = if (github != null) {
  parent: deployInfra
  name: 'github'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    subject: github.?infraSubject ?? ''
    audiences: ['api://AzureADTokenExchange']
  }
}

resource codeFromGitHub 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = if (github != null) {
  parent: deployCode
  name: 'github'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    subject: github.?codeSubject ?? ''
    audiences: ['api://AzureADTokenExchange']
  }
  // One after the other: written at the same time, one of them fails with a conflict.
  dependsOn: [infraFromGitHub]
}

output appClientId string = app.properties.clientId
output appPrincipalId string = app.properties.principalId
output deployInfraClientId string = deployInfra.?properties.clientId ?? ''
output deployInfraPrincipalId string = deployInfra.?properties.principalId ?? ''
output deployCodeClientId string = deployCode.?properties.clientId ?? ''
output deployCodePrincipalId string = deployCode.?properties.principalId ?? ''
