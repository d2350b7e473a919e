using 'main.bicep'

// Zone-redundant, a private network, the key in a hardware security module, deployed from GitHub.

param environmentName = 'prod'
param location = 'westeurope'

// After the first deployment: false, and the value that service-key make has printed.
param firstDeployment = true
param serviceKey = ''

param publicOrigin = 'https://backup.example.com'

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

param zoneRedundant = true
param alwaysReady = 2
param maximumInstances = 100
param database = {
  plan: 'autoscale'
  furtherRegions: []
  ownersMaxThroughput: 10000
  activationsMaxThroughput: 1000
  consistency: 'Strong'
}
param hsm = true

param hubSku = 'Standard'
param communication = {
  dataLocation: 'Europe'
  emailDomain: 'mail.example.com'
  domainVerified: false
  mailSender: 'no-reply'
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
param network = {
  addressPrefix: '10.20.0.0/24'
  makeZones: true
  operatorAddresses: []
}

// The sub that a workflow's token really has: docs/deploy.md, Deploying from GitHub.
param github = {
  infraSubject: 'repo:example/authenticator-backup:environment:production-infra'
  codeSubject: 'repo:example/authenticator-backup:environment:production-code'
}

param alertContacts = ['operator@example.com']
param budget = { amount: 1000, startDate: '2026-12-01' }
