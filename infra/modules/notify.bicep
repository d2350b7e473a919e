metadata description = 'What notices and codes are sent with: Notification Hubs for push, Communication Services for e-mail and text.'

param location string
param tags object

@description('Whether this deployment makes the hub. Once: a hub that is deployed again fails, or loses its credentials.')
param makeHub bool

param hubNamespaceName string
param hubName string

@description('The vault that holds the keys of the hub\'s rule, under the names below.')
param vaultName string
param primarySecretName string
param secondarySecretName string

@description('Apple: the team\'s id.')
@secure()
param apnsTeamId string

@description('Apple: the app\'s bundle id.')
@secure()
param apnsBundleId string

@description('Apple: the id of the signing key.')
@secure()
param apnsKeyId string

@description('Apple: the signing key, what the .p8 file has between its first and last line.')
@secure()
param apnsToken string

@description('Apple: the address of the production or the sandbox service.')
@secure()
param apnsEndpoint string

@description('Firebase: the project\'s id.')
@secure()
param fcmProjectId string

@description('Firebase: the service account\'s e-mail address.')
@secure()
param fcmClientEmail string

@description('Firebase: the service account\'s private key.')
@secure()
param fcmPrivateKey string

@description('Whether this deployment makes Communication Services.')
param communication bool

param communicationName string
param emailName string

@description('Where Communication Services keep data at rest, such as `Europe`.')
param dataLocation string

@description('The domain that mail is sent from.')
param emailDomain string

@description('Whether the domain has been verified by DNS, so that it can be linked.')
param emailDomainVerified bool

// FCM v1's credential is in this preview alone.
#disable-next-line use-recent-api-versions
resource namespace 'Microsoft.NotificationHubs/namespaces@2023-10-01-preview' = if (makeHub) {
  name: hubNamespaceName
  location: location
  tags: tags
  // Per-message telemetry, which tells a dead token, is in this tier alone.
  sku: { name: 'Standard' }
}

#disable-next-line use-recent-api-versions // As above.
resource hub 'Microsoft.NotificationHubs/namespaces/notificationHubs@2023-10-01-preview' = if (makeHub) {
  parent: namespace
  name: hubName
  location: location
  tags: tags
  properties: {
    apnsCredential: {
      properties: {
        appId: apnsTeamId
        appName: apnsBundleId
        keyId: apnsKeyId
        token: apnsToken
        endpoint: apnsEndpoint
      }
    }
    fcmV1Credential: {
      properties: {
        projectId: fcmProjectId
        clientEmail: fcmClientEmail
        privateKey: fcmPrivateKey
      }
    }
  }
}

#disable-next-line use-recent-api-versions // As above.
resource send 'Microsoft.NotificationHubs/namespaces/notificationHubs/authorizationRules@2023-10-01-preview' = if (makeHub) {
  parent: hub
  name: 'send'
  properties: { rights: ['Send'] }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

// Straight from the hub into the vault: an output would stay readable in the deployment's history.
resource primary 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (makeHub) {
  parent: vault
  name: primarySecretName
  properties: { value: send!.listKeys().primaryKey, attributes: { enabled: true } }
}

resource secondary 'Microsoft.KeyVault/vaults/secrets@2026-05-15' = if (makeHub) {
  parent: vault
  name: secondarySecretName
  properties: { value: send!.listKeys().secondaryKey, attributes: { enabled: true } }
}

resource email 'Microsoft.Communication/emailServices@2026-03-18' = if (communication) {
  name: emailName
  location: 'global'
  tags: tags
  properties: { dataLocation: dataLocation }
}

resource domain 'Microsoft.Communication/emailServices/domains@2026-03-18' = if (communication) {
  parent: email
  name: emailDomain
  location: 'global'
  tags: tags
  properties: { domainManagement: 'CustomerManaged', userEngagementTracking: 'Disabled' }
}

resource service 'Microsoft.Communication/communicationServices@2026-03-18' = if (communication) {
  name: communicationName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    disableLocalAuth: true
    linkedDomains: emailDomainVerified ? [domain.id] : []
  }
}
