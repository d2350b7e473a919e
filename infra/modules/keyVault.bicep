metadata description = 'The vault and the key encryption key. Nobody can purge either within 90 days.'

param location string
param tags object
param name string
param keyName string

@description('Whether the key lives in a hardware security module (FIPS 140-3 level 3).')
param hsm bool

@description('Whether only the private endpoint and the operators\' addresses reach it.')
param private bool

@description('IPv4 addresses or ranges from which operators reach the vault although the network is private.')
param operatorAddresses string[]

@description('Whether a vault of this name was deleted and is to be recovered with its keys.')
param recover bool

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    createMode: recover ? 'recover' : 'default'
    sku: { family: 'A', name: hsm ? 'premium' : 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: private && empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
      ipRules: [for address in operatorAddresses: { value: address }]
    }
  }
}

// Azure Resource Manager only ever makes a key that is not there: what is changed here later changes no existing key.
// Rotated by an operator, so no rotation policy: whoever holds a version must know of its successor first.
resource key 'Microsoft.KeyVault/vaults/keys@2026-05-15' = {
  parent: vault
  name: keyName
  tags: tags
  properties: {
    kty: hsm ? 'RSA-HSM' : 'RSA'
    keySize: 2048
    keyOps: ['wrapKey', 'unwrapKey']
    attributes: { enabled: true, exportable: false }
  }
}
