metadata name = 'Authenticator backup'
metadata description = 'Everything that the service needs in one subscription, in a resource group of its own. docs/deploy.md says how to deploy it.'

targetScope = 'subscription'

@description('An issuer of access tokens, as docs/configuration.md has it.')
@sealed()
type issuerType = {
  issuer: string
  jwksUri: string
  audience: string
  kind: 'personal' | 'work-or-school' | 'provider' | 'operator'
  profile: 'oidc' | 'entra' | 'entra-personal'
  algorithms: ('RS256' | 'PS256' | 'ES256')[]
  secondFactor: 'always' | 'when-known'
  tenant: string?
  acrValues: string[]?
  authenticationContext: string?
  scopes: string[]?
  roles: string[]?
  clients: string[]?
}

@sealed()
type databaseType = {
  @description('`serverless`: paid by request, one region, at most 5,000 RU/s a partition. `autoscale`: up to the throughputs below.')
  plan: 'serverless' | 'autoscale'

  @description('None, or two near `location`: with one more the loss of the region that is only read stops all writes.')
  furtherRegions: string[]

  @description('The most request units a second of the container of owners.')
  @minValue(1000)
  @maxValue(1000000)
  ownersMaxThroughput: int

  @description('The most request units a second of the container of activations.')
  @minValue(1000)
  @maxValue(1000000)
  activationsMaxThroughput: int

  @description('Both read from a quorum; BoundedStaleness may serve a further region within bounds.')
  consistency: 'Strong' | 'BoundedStaleness'
}

@sealed()
type networkType = {
  @description('IPv4, at least a /24.')
  addressPrefix: string

  @description('Whether the private DNS zones are made here; otherwise `zones` names those that are there.')
  makeZones: bool

  @description('Resource ids of privatelink.documents.azure.com, privatelink.vaultcore.azure.net and privatelink.blob.core.windows.net, each linked to a network that resolves for this one.')
  zones: { documents: string, vault: string, blob: string }?

  @description('IPv4 addresses or ranges from which operators reach the vault.')
  operatorAddresses: string[]
}

@description('Part of every name, such as `dev` or `prod`.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('The Azure region.')
param location string

@description('True for the first deployment alone, which goes without the service key: only the vault that it makes can wrap one.')
param firstDeployment bool

@description('The value of SERVICE_KEY, as `npm run -s ops -- service-key make` printed it: ciphertext, no secret. Empty in the first deployment.')
param serviceKey string

@description('The origin that phones call, https, without a path; empty: the app\'s own host name.')
param publicOrigin string

@description('The issuers whose access tokens are accepted.')
@minLength(1)
param issuers issuerType[]

@description('The oldest app that is served, by platform; null: the oldest that there may be.')
param minimumAppVersions { ios: string?, android: string? }?

@description('How many seconds a sign-in counts as recent.')
@minValue(60)
@maxValue(3600)
param stepUpMaxAgeSeconds int = 600

@description('Units of work that one phone may ask of an instance a second.')
@minValue(10)
@maxValue(1000000)
param phoneWorkPerSecond int = 50

@description('Whether database, storage and app are spread over the zones of the region. Of the database it can\'t be changed in place.')
param zoneRedundant bool

@description('What Node the worker runs; 22 where the region lacks 24: az functionapp list-flexconsumption-runtimes.')
param nodeVersion '22' | '24' = '24'

@description('Instances that are kept warm.')
@minValue(0)
@maxValue(100)
param alwaysReady int

@description('The most instances.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Requests that an instance takes at once before another is started.')
@minValue(1)
@maxValue(1000)
param perInstanceConcurrency int = 50

@description('Memory of an instance in MB.')
param instanceMemory 2048 | 4096 = 2048

@description('The database.')
param database databaseType

@description('The database account; another name than that of the environment after a restore.')
param cosmosAccountName string = ''

@description('Whether the key encryption key lives in a hardware security module.')
param hsm bool

@description('Whether the vault was deleted with its resource group and is to be recovered.')
param recoverVault bool = false

@description('A private network; null: everything is reached over its public address, with sign-in.')
param network networkType?

@description('Whether this deployment makes the hub for push. Once: deployed again it fails.')
param makeHub bool = firstDeployment

@description('`Free` has 500 phones and no telemetry a message, which tells a dead token.')
param hubSku 'Free' | 'Basic' | 'Standard'

@description('Apple: the team\'s id; empty: no push to iPhones yet.')
@secure()
param apnsTeamId string = ''

@description('Apple: the app\'s bundle id.')
@secure()
param apnsBundleId string = ''

@description('Apple: the id of the signing key.')
@secure()
param apnsKeyId string = ''

@description('Apple: the signing key, what the .p8 file has between its first and last line.')
@secure()
param apnsToken string = ''

@description('Firebase: the project\'s id; empty: no push to Android yet.')
@secure()
param fcmProjectId string = ''

@description('Firebase: the service account\'s e-mail address.')
@secure()
param fcmClientEmail string = ''

@description('Firebase: the service account\'s private key.')
@secure()
param fcmPrivateKey string = ''

@sealed()
type communicationType = {
  @description('Where Communication Services keep data at rest, such as `Europe`.')
  dataLocation: string

  @description('The domain that mail is sent from; empty: one that Azure makes, for trying out.')
  emailDomain: string

  @description('Whether DNS has the records of the domain.')
  domainVerified: bool

  @description('The part in front of the at sign.')
  mailSender: string

  @description('The number that text messages come from, bought by hand; empty: none are sent.')
  textSender: string

  @description('The prefixes of numbers that text messages may go to, such as `+46`; the longest that matches counts.')
  textPrefixes: string[]

  @description('How many codes go out by text message in an hour, to all owners together; what it costs at most.')
  @minValue(0)
  @maxValue(1000000)
  textCodesPerHour: int

  @description('How many notices go out by text message in an hour, to all owners together.')
  @minValue(0)
  @maxValue(1000000)
  textNoticesPerHour: int
}

@description('E-mail and text messages.')
param communication communicationType

@description('Who deploys from GitHub: the subjects of the tokens of the two protected environments; null: nobody.')
param github { infraSubject: string, codeSubject: string }?

@description('Who is told of alerts, by e-mail.')
@minLength(1)
param alertContacts string[]

@description('What a month may cost, and from the first of which month on. The start never changes once it is deployed.')
param budget { amount: int, startDate: string }

@description('Gigabytes a day that the app may log.')
param logCapGigabytes int = 5

@description('Days that the app\'s log is kept.')
param logRetentionDays int = 30

@description('Days that the audit of vault and database is kept.')
param auditRetentionDays int = 365

@description('Where the runbook is, for links in alerts.')
param runbookUrl string = 'docs/runbook.md'

var suffix = uniqueString(subscription().id, environmentName)
var tags = { application: 'authenticator-backup', environment: environmentName, 'azd-env-name': environmentName }
var resourceGroupName = 'rg-authenticator-backup-${environmentName}'

var identityNames = {
  app: 'id-${environmentName}-app'
  deployInfra: 'id-${environmentName}-deploy-infra'
  deployCode: 'id-${environmentName}-deploy-code'
}
var identityIds = {
  app: idOf('Microsoft.ManagedIdentity/userAssignedIdentities', identityNames.app, resourceGroupName)
  deployInfra: idOf('Microsoft.ManagedIdentity/userAssignedIdentities', identityNames.deployInfra, resourceGroupName)
  deployCode: idOf('Microsoft.ManagedIdentity/userAssignedIdentities', identityNames.deployCode, resourceGroupName)
}

// By name, not from a module's output: what-if and the snapshots see what depends on it.
func idOf(type string, name string, group string) string =>
  '${subscription().id}/resourceGroups/${group}/providers/${type}/${name}'

func secretReference(vault string, secret string) string =>
  '@Microsoft.KeyVault(VaultName=${vault};SecretName=${secret})'

var storageName = 'st${suffix}'
var vaultName = 'kv-${suffix}'
var keyName = 'backup'
var cosmosName = empty(cosmosAccountName) ? 'cosmos-${suffix}' : cosmosAccountName
var siteName = 'func-${suffix}'
var insightsName = 'appi-${environmentName}'
var insightsId = idOf('Microsoft.Insights/components', insightsName, resourceGroupName)
var appWorkspaceName = 'log-${environmentName}-app'
var auditWorkspaceName = 'log-${environmentName}-audit'
var networkName = 'vnet-${environmentName}'
// Of this app alone: Flex takes no subnet that another app uses, or has used.
var appSubnetName = 'app-${siteName}'
var communicationName = 'acs-${suffix}'
var hubNamespaceName = 'ntfns-${suffix}'
var hubName = 'phones'
var packageContainer = 'package'
var hubSecrets = { primary: 'hub-send-primary', secondary: 'hub-send-secondary' }

var databaseName = 'authenticator-backup'
var ownersContainer = 'owners'
var activationsContainer = 'activations'
// Never another one: a role that is made anew leaves the app without rights until it is assigned.
var dataRoleName = '3e1c6a52-8f0b-4d5e-9a1f-6b7c2d90e4f8'

var origin = empty(publicOrigin) ? 'https://${siteName}.azurewebsites.net' : publicOrigin
#disable-next-line no-hardcoded-env-urls // Public cloud alone, as the database's address and the private zones.
var keyId = 'https://${vaultName}.vault.azure.net/keys/${keyName}'
var wrapped = empty(serviceKey) ? [] : json(serviceKey)
var regions = concat([location], database.furtherRegions)
var zones = network.?zones

// Each, where it is so, ends the deployment before anything is made.
var contradictions = map(
  filter(
    [
      { is: firstDeployment && !empty(serviceKey), says: 'serviceKey: there is none yet in the first deployment' }
      {
        is: !firstDeployment && empty(serviceKey)
        says: 'serviceKey: without it the service stops; npm run -s ops -- service-key make'
      }
      {
        is: !empty(filter(wrapped, entry => !startsWith(entry.?kek ?? '', '${keyId}/')))
        says: 'serviceKey: wrapped by another key than ${keyId}'
      }
      {
        is: !startsWith(origin, 'https://') || length(split(origin, '/')) != 3
        says: 'publicOrigin: https://host, without a path or a slash at the end'
      }
      {
        is: !empty(filter(
          issuers,
          each => !startsWith(each.issuer, 'https://') || !startsWith(each.jwksUri, 'https://')
        ))
        says: 'issuers: each is https, and so are its keys'
      }
      {
        is: database.plan == 'serverless' && !empty(database.furtherRegions)
        says: 'database: serverless has one region'
      }
      {
        is: length(database.furtherRegions) == 1
        says: 'database.furtherRegions: none or two; with one, the loss of either region stops all writes'
      }
      { is: length(database.furtherRegions) > 2, says: 'database.furtherRegions: none or two' }
      { is: length(union(regions, [])) != length(regions), says: 'database.furtherRegions: a region is named twice' }
      {
        is: database.ownersMaxThroughput % 1000 != 0 || database.activationsMaxThroughput % 1000 != 0
        says: 'database: throughputs go in steps of 1,000'
      }
      {
        is: network != null && !(network.?makeZones ?? true) && zones == null
        says: 'network.zones: a private network needs its zones; makeZones makes them'
      }
      {
        is: network != null && (network.?makeZones ?? true) && zones != null
        says: 'network: either makeZones or zones'
      }
      {
        is: zones != null && (!endsWith(zones.?documents ?? '', '/privatelink.documents.azure.com') || !endsWith(
          zones.?vault ?? '',
          '/privatelink.vaultcore.azure.net'
        ) || !endsWith(zones.?blob ?? '', '/privatelink.blob.${environment().suffixes.storage}'))
        says: 'network.zones: an id is not that of its zone'
      }
      { is: alwaysReady > maximumInstances, says: 'alwaysReady: more than maximumInstances' }
      {
        is: zoneRedundant && alwaysReady == 1
        says: 'alwaysReady: none or at least two where the app is spread over zones'
      }
      {
        is: empty(communication.textSender) != empty(communication.textPrefixes)
        says: 'communication: textSender and textPrefixes go together'
      }
      {
        is: empty(communication.emailDomain) && communication.domainVerified
        says: 'communication.domainVerified: there is no domain of yours'
      }
      {
        is: github != null && github.?infraSubject == github.?codeSubject
        says: 'github: the two environments have one subject, so whoever deploys code could deploy infra'
      }
      { is: !endsWith(budget.startDate, '-01'), says: 'budget.startDate: the first of a month' }
    ],
    each => each.is
  ),
  each => each.says
)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: empty(contradictions) ? resourceGroupName : fail(join(contradictions, '; '))
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { location: location, tags: tags, names: identityNames, github: github }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: storageName
    zoneRedundant: zoneRedundant
    private: network != null
    packageContainer: packageContainer
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: cosmosName
    furtherRegions: database.furtherRegions
    zoneRedundant: zoneRedundant
    serverless: database.plan == 'serverless'
    ownersMaxThroughput: database.ownersMaxThroughput
    activationsMaxThroughput: database.activationsMaxThroughput
    consistency: database.consistency
    private: network != null
    databaseName: databaseName
    ownersContainer: ownersContainer
    activationsContainer: activationsContainer
    dataRoleName: dataRoleName
  }
}

module keyVault 'modules/keyVault.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    name: vaultName
    keyName: keyName
    hsm: hsm
    private: network != null
    operatorAddresses: network.?operatorAddresses ?? []
    recover: recoverVault
  }
}

module privateNetwork 'modules/network.bicep' = if (network != null) {
  scope: group
  params: {
    location: location
    tags: tags
    name: networkName
    appSubnetName: appSubnetName
    addressPrefix: network.?addressPrefix ?? ''
    existingZones: zones
    cosmosAccountName: cosmosName
    vaultName: vaultName
    storageAccountName: storageName
  }
  dependsOn: [storage, cosmos, keyVault]
}

module notify 'modules/notify.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    makeHub: makeHub
    hubNamespaceName: hubNamespaceName
    hubName: hubName
    hubSku: hubSku
    vaultName: vaultName
    primarySecretName: hubSecrets.primary
    secondarySecretName: hubSecrets.secondary
    apnsTeamId: apnsTeamId
    apnsBundleId: apnsBundleId
    apnsKeyId: apnsKeyId
    apnsToken: apnsToken
    fcmProjectId: fcmProjectId
    fcmClientEmail: fcmClientEmail
    fcmPrivateKey: fcmPrivateKey
    communicationName: communicationName
    emailName: 'email-${suffix}'
    dataLocation: communication.dataLocation
    emailDomain: communication.emailDomain
    emailDomainVerified: communication.domainVerified
  }
  dependsOn: [keyVault]
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    names: { app: appWorkspaceName, audit: auditWorkspaceName, insights: insightsName }
    dailyCapGigabytes: logCapGigabytes
    appRetentionDays: logRetentionDays
    auditRetentionDays: auditRetentionDays
    vaultName: vaultName
    cosmosAccountName: cosmosName
    storageAccountName: storageName
    communicationName: communicationName
  }
  dependsOn: [storage, cosmos, keyVault, notify]
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    planName: 'plan-${environmentName}'
    siteName: siteName
    identityId: identityIds.app
    identityClientId: identity.outputs.appClientId
    zoneRedundant: zoneRedundant
    nodeVersion: nodeVersion
    alwaysReady: alwaysReady
    maximumInstances: maximumInstances
    perInstanceConcurrency: perInstanceConcurrency
    instanceMemory: instanceMemory
    subnetId: network == null
      ? ''
      : '${idOf('Microsoft.Network/virtualNetworks', networkName, resourceGroupName)}/subnets/${appSubnetName}'
    storageAccountName: storageName
    blobEndpoint: storage.outputs.blobEndpoint
    packageContainer: packageContainer
    insightsConnectionString: monitoring.outputs.connectionString
    settings: union(
      {
        PUBLIC_ORIGIN: origin
        ISSUERS: string(issuers)
        STEP_UP_MAX_AGE_SECONDS: string(stepUpMaxAgeSeconds)
        PHONE_WORK_PER_SECOND: string(phoneWorkPerSecond)
        AZURE_CLIENT_ID: identity.outputs.appClientId
        STORE: 'cosmos'
        COSMOS_ENDPOINT: 'https://${cosmosName}.documents.azure.com'
        COSMOS_DATABASE: databaseName
        COSMOS_CONTAINER: ownersContainer
        COSMOS_ACTIVATIONS_CONTAINER: activationsContainer
        COSMOS_CONSISTENCY: database.consistency
        KEYS: 'key-vault'
        KEY_VAULT_KEYS: keyId
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1310720'
        NOTIFY: 'azure'
        NOTIFICATION_HUBS_NAMESPACE: hubNamespaceName
        NOTIFICATION_HUB: hubName
        NOTIFICATION_HUBS_RULE: 'send'
        NOTIFICATION_HUBS_KEY: secretReference(vaultName, hubSecrets.primary)
        NOTIFICATION_HUBS_SECONDARY_KEY: secretReference(vaultName, hubSecrets.secondary)
        COMMUNICATION_ENDPOINT: 'https://${notify.outputs.communicationHost}'
        MAIL_SENDER: '${communication.mailSender}@${empty(communication.emailDomain) ? notify.outputs.mailDomain : communication.emailDomain}'
        TEXT_CODES_PER_HOUR: string(communication.textCodesPerHour)
        TEXT_NOTICES_PER_HOUR: string(communication.textNoticesPerHour)
      },
      empty(communication.textSender)
        ? {}
        : { TEXT_SENDER: communication.textSender, TEXT_PREFIXES: join(communication.textPrefixes, ',') },
      empty(serviceKey) ? {} : { SERVICE_KEY: serviceKey },
      minimumAppVersions == null ? {} : { MINIMUM_APP_VERSIONS: string(minimumAppVersions) }
    )
  }
  dependsOn: [privateNetwork]
}

module rbac 'modules/rbac.bicep' = {
  scope: group
  params: {
    appPrincipalId: identity.outputs.appPrincipalId
    deployInfraPrincipalId: identity.outputs.deployInfraPrincipalId
    deployCodePrincipalId: identity.outputs.deployCodePrincipalId
    identityIds: identityIds
    deployFromGitHub: github != null
    storageAccountName: storageName
    vaultName: vaultName
    keyName: keyName
    secretNames: [hubSecrets.primary, hubSecrets.secondary]
    cosmosAccountName: cosmosName
    dataRoleName: dataRoleName
    insightsName: insightsName
    siteName: siteName
    communicationName: communicationName
    roleSuffix: suffix
  }
  dependsOn: [app, storage, cosmos, keyVault, monitoring, notify]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    actionGroupName: 'ag-${environmentName}'
    contacts: alertContacts
    publicOrigin: origin
    insightsId: insightsId
    appWorkspaceId: idOf('Microsoft.OperationalInsights/workspaces', appWorkspaceName, resourceGroupName)
    auditWorkspaceId: idOf('Microsoft.OperationalInsights/workspaces', auditWorkspaceName, resourceGroupName)
    vaultName: vaultName
    cosmosAccountName: cosmosName
    appClientId: identity.outputs.appClientId
    appAddresses: network.?addressPrefix ?? ''
    runbookUrl: runbookUrl
  }
  dependsOn: [cosmos, keyVault, monitoring]
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    appWorkspaceId: idOf('Microsoft.OperationalInsights/workspaces', appWorkspaceName, resourceGroupName)
  }
  dependsOn: [monitoring]
}

module monthly 'modules/budget.bicep' = {
  scope: group
  params: {
    amount: budget.amount
    startDate: budget.startDate
    isNew: firstDeployment
    contacts: alertContacts
  }
}

output resourceGroup string = group.name
output appName string = siteName
output publicOrigin string = origin
output keyId string = keyId
output cosmosAccount string = cosmosName
output deployInfraClientId string = identity.outputs.deployInfraClientId
output deployCodeClientId string = identity.outputs.deployCodeClientId
