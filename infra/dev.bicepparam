using 'main.bicep'

// For trying out and for staging: serverless, one instance when it is used, no private network.

param environmentName = 'dev'
param location = 'westeurope'

// After the first deployment: false, and the value that service-key make has printed.
param firstDeployment = true
param serviceKey = ''

param publicOrigin = ''

// docs/deploy.md makes the app registration that these name.
param issuers = [
  {
    issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'
    jwksUri: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/discovery/v2.0/keys'
    audience: '00000000-0000-0000-0000-000000000000'
    kind: 'personal'
    profile: 'entra-personal'
    algorithms: ['RS256']
    secondFactor: 'when-known'
    scopes: ['Backup.ReadWrite']
    clients: ['00000000-0000-0000-0000-000000000000']
  }
  {
    issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0'
    jwksUri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys'
    audience: '00000000-0000-0000-0000-000000000000'
    kind: 'work-or-school'
    profile: 'entra'
    algorithms: ['RS256']
    secondFactor: 'when-known'
    scopes: ['Backup.ReadWrite']
    clients: ['00000000-0000-0000-0000-000000000000']
  }
]

param zoneRedundant = false
param alwaysReady = 0
param maximumInstances = 10
param database = {
  plan: 'serverless'
  furtherRegions: []
  ownersMaxThroughput: 1000
  activationsMaxThroughput: 1000
  consistency: 'Strong'
}
param hsm = false

param hubSku = 'Free'
param communication = {
  dataLocation: 'Europe'
  emailDomain: ''
  domainVerified: false
  mailSender: 'DoNotReply'
  textSender: ''
  textPrefixes: []
  textCodesPerHour: 1000
  textNoticesPerHour: 1000
}

// Read in the deployment that makes the hub, and never written down here.
param apnsTeamId = readEnvironmentVariable('APNS_TEAM_ID', '')
param apnsBundleId = readEnvironmentVariable('APNS_BUNDLE_ID', '')
param apnsKeyId = readEnvironmentVariable('APNS_KEY_ID', '')
param apnsToken = readEnvironmentVariable('APNS_TOKEN', '')
param fcmProjectId = readEnvironmentVariable('FCM_PROJECT_ID', '')
param fcmClientEmail = readEnvironmentVariable('FCM_CLIENT_EMAIL', '')
param fcmPrivateKey = readEnvironmentVariable('FCM_PRIVATE_KEY', '')

param alertContacts = ['operator@example.com']
param budget = { amount: 50, startDate: '2026-12-01' }
