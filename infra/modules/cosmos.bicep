metadata description = 'The database: one write region, quorum reads, no keys.'

param location string
param tags object
param name string

@description('Regions besides `location`, in the order in which one takes over.')
param furtherRegions string[]

param zoneRedundant bool

@description('Serverless, or throughput that scales by itself up to the most below.')
param serverless bool

@description('The most request units a second of the container of owners.')
param ownersMaxThroughput int

@description('The most request units a second of the container of activations.')
param activationsMaxThroughput int

param consistency 'Strong' | 'BoundedStaleness'

@description('Whether only the private endpoint reaches it.')
param private bool

param databaseName string
param ownersContainer string
param activationsContainer string

@description('The GUID of the app\'s data role.')
param dataRoleName string

resource account 'Microsoft.DocumentDB/databaseAccounts@2026-03-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: serverless ? [{ name: 'EnableServerless' }] : []
    // Explicit also where there are none: left out, it is off, and can't be switched on in place.
    locations: [
      for (region, priority) in concat([location], furtherRegions): {
        locationName: region
        failoverPriority: priority
        isZoneRedundant: zoneRedundant
      }
    ]
    enableMultipleWriteLocations: false
    enableAutomaticFailover: !empty(furtherRegions)
    // A weaker level could show an instance a state from before a denial or a freeze.
    consistencyPolicy: consistency == 'Strong'
      ? { defaultConsistencyLevel: 'Strong' }
      : {
          defaultConsistencyLevel: 'BoundedStaleness'
          // The least that Azure takes: 10 and 5 s in one region, 100,000 and 300 s in several.
          maxStalenessPrefix: empty(furtherRegions) ? 10 : 100000
          maxIntervalInSeconds: empty(furtherRegions) ? 5 : 300
        }
    // Not longer: a wrapped key that an owner has destroyed can be restored for so long (F2).
    backupPolicy: { type: 'Continuous', continuousModeProperties: { tier: 'Continuous7Days' } }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAclBypass: 'None'
  }
}

resource undeletable 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds the only copy of the backups. It also keeps role assignments on the account from being removed: docs/runbook.md.'
  }
}

// What follows is chained: an account takes one change at a time, and answers the next with 412.

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2026-03-15' = {
  parent: account
  name: databaseName
  properties: { resource: { id: databaseName } }
}

var indexingPolicy = {
  indexingMode: 'consistent'
  automatic: true
  includedPaths: [{ path: '/dueAt/?' }, { path: '/userId/?' }, { path: '/kek/?' }]
  // Ciphertext above all: indexed, an upload costs several times as much.
  excludedPaths: [{ path: '/*' }]
}

resource owners 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = {
  parent: database
  name: ownersContainer
  properties: {
    resource: {
      id: ownersContainer
      partitionKey: { kind: 'Hash', paths: ['/userId'], version: 2 }
      // On, without a default: only items that carry a ttl of their own expire.
      defaultTtl: -1
      indexingPolicy: indexingPolicy
    }
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: ownersMaxThroughput } }
  }
}

resource activations 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2026-03-15' = {
  parent: database
  name: activationsContainer
  properties: {
    resource: {
      id: activationsContainer
      partitionKey: { kind: 'Hash', paths: ['/partition'], version: 2 }
      defaultTtl: -1
      indexingPolicy: indexingPolicy
    }
    options: serverless ? {} : { autoscaleSettings: { maxThroughput: activationsMaxThroughput } }
  }
  dependsOn: [owners]
}

resource dataRole 'Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions@2026-03-15' = {
  parent: account
  name: dataRoleName
  properties: {
    roleName: 'Authenticator backup service'
    type: 'CustomRole'
    assignableScopes: [account.id]
    permissions: [
      {
        dataActions: [
          'Microsoft.DocumentDB/databaseAccounts/readMetadata'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/executeQuery'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/replace'
          'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/delete'
        ]
      }
    ]
  }
  dependsOn: [activations]
}
