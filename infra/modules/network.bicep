metadata description = 'A private network: what holds data is reached through private endpoints alone; what stays public is called from one address.'

param location string
param tags object
param name string

param appSubnetName string

@description('The address space, IPv4, at least a /24.')
param addressPrefix string

@description('The zones of an existing hub network, by their ids; null makes them here.')
param existingZones { documents: string, vault: string, blob: string }?

param cosmosAccountName string
param vaultName string
param storageAccountName string

var services = [
  {
    name: 'documents'
    zone: 'privatelink.documents.azure.com'
    zoneId: existingZones.?documents
    group: 'Sql'
    target: resourceId('Microsoft.DocumentDB/databaseAccounts', cosmosAccountName)
  }
  {
    name: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
    zoneId: existingZones.?vault
    group: 'vault'
    target: resourceId('Microsoft.KeyVault/vaults', vaultName)
  }
  {
    name: 'blob'
    #disable-next-line no-hardcoded-env-urls // Public cloud alone, as the other two zones and the database's address.
    zone: 'privatelink.blob.core.windows.net'
    zoneId: existingZones.?blob
    group: 'blob'
    target: resourceId('Microsoft.Storage/storageAccounts', storageAccountName)
  }
]

resource outbound 'Microsoft.Network/publicIPAddresses@2026-03-01' = {
  name: '${name}-outbound'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2026-03-01' = {
  name: '${name}-outbound'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: outbound.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: appSubnetName
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          defaultOutboundAccess: false
          natGateway: { id: gateway.id }
          delegations: [
            { name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 26, 1), defaultOutboundAccess: false }
      }
    ]
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: if (existingZones == null) {
    name: service.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, index) in services: if (existingZones == null) {
    parent: zones[index]
    name: name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2026-03-01' = [
  for service in services: {
    name: '${name}-${service.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: service.name
          #disable-next-line use-resource-id-functions // Made by one, in the list above.
          properties: { privateLinkServiceId: service.target, groupIds: [service.group] }
        }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = [
  for (service, index) in services: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service.name
          properties: {
            #disable-next-line use-resource-id-functions // Of another subscription's network, as it was given.
            privateDnsZoneId: service.zoneId ?? resourceId('Microsoft.Network/privateDnsZones', service.zone)
          }
        }
      ]
    }
    dependsOn: [zones]
  }
]
