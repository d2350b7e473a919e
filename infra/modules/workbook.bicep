metadata description = 'The workbook: recoveries, codes, uploads, load, notices. No dimension names an owner.'

param location string
param tags object

@description('The workspace of the app\'s log.')
param appWorkspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // A GUID, of ids that are known before the deployment.
  name: guid(resourceGroup().id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Authenticator backup'
    category: 'workbook'
    sourceId: appWorkspaceId
    version: 'Notebook/1.0'
    serializedData: replace(loadTextContent('workbook.json'), '__WORKSPACE__', appWorkspaceId)
  }
}
