metadata description = 'What notices and codes are sent with: Notification Hubs for push, Communication Services for e-mail and text.'

param location string
param tags object

@description('Whether this deployment makes the hub. Once: a hub that is deployed again fails, or loses its credentials.')
param makeHub bool

param hubNamespaceName string
param hubName string
param hubSku 'Free' | 'Basic' | 'Standard'

@description('The vault that holds the keys of the namespace\'s rule, under the names below.')
param vaultName string
param primarySecretName string
param secondarySecretName string

@description('Apple: the team\'s id; empty: no push to iPhones yet.')
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

@description('Firebase: the project\'s id; empty: no push to Android yet.')
@secure()
param fcmProjectId string

@description('Firebase: the service account\'s e-mail address.')
@secure()
param fcmClientEmail string

@description('Firebase: the service account\'s private key.')
@secure()
param fcmPrivateKey string

param communicationName string
param emailName string

@description('Where Communication Services keep data at rest, such as `Europe`.')
param dataLocation string

@description('The domain that mail is sent from; empty: one that Azure makes, for trying out.')
param emailDomain string

@description('Whether the domain has been verified by DNS, so that it can be linked.')
param emailDomainVerified bool

// FCM v1's credential is in this preview alone.
#disable-next-line use-recent-api-versions
resource namespace 'Microsoft.NotificationHubs/namespaces@2023-10-01-preview' = if (makeHub) {
  name: hubNamespaceName
  location: location
  tags: tags
  sku: { name: hubSku }
}

#disable-next-line use-recent-api-versions // As above.
resource hub 'Microsoft.NotificationHubs/namespaces/notificationHubs@2023-10-01-preview' = if (makeHub) {
  parent: namespace
  name: hubName
  location: location
  tags: tags
  properties: {
    apnsCredential: empty('${apnsTeamId}${apnsBundleId}${apnsKeyId}${apnsToken}')
      ? null
      : {
          properties: {
            appId: apnsTeamId
            appName: apnsBundleId
            keyId: apnsKeyId
            token: contains([empty(apnsTeamId), empty(apnsBundleId), empty(apnsKeyId), empty(apnsToken)], true)
              ? fail('apns…: all four of Apple, or none')
              : apnsToken
            #disable-next-line use-secure-value-for-secure-inputs // An address that everybody knows.
            endpoint: 'https://api.push.apple.com:443/3/device'
          }
        }
    fcmV1Credential: empty('${fcmProjectId}${fcmClientEmail}${fcmPrivateKey}')
      ? null
      : {
          properties: {
            projectId: fcmProjectId
            clientEmail: fcmClientEmail
            privateKey: contains([empty(fcmProjectId), empty(fcmClientEmail), empty(fcmPrivateKey)], true)
              ? fail('fcm…: all three of Firebase, or none')
              : fcmPrivateKey
          }
        }
  }
}

#disable-next-line use-recent-api-versions // As above.
resource send 'Microsoft.NotificationHubs/namespaces/authorizationRules@2023-10-01-preview' = if (makeHub) {
  parent: namespace
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

resource email 'Microsoft.Communication/emailServices@2026-03-18' = {
  name: emailName
  location: 'global'
  tags: tags
  properties: { dataLocation: dataLocation }
}

resource domain 'Microsoft.Communication/emailServices/domains@2026-03-18' = {
  parent: email
  name: empty(emailDomain) ? 'AzureManagedDomain' : emailDomain
  location: 'global'
  tags: tags
  properties: {
    domainManagement: empty(emailDomain) ? 'AzureManaged' : 'CustomerManaged'
    userEngagementTracking: 'Disabled'
  }
}

resource service 'Microsoft.Communication/communicationServices@2026-03-18' = {
  name: communicationName
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    disableLocalAuth: true
    // Linked before DNS has its records, a domain fails the deployment.
    linkedDomains: empty(emailDomain) || emailDomainVerified ? [domain.id] : []
  }
}

output communicationHost string = service.properties.hostName
output mailDomain string = domain.properties.mailFromSenderDomain
