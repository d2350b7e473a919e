metadata description = 'A budget for the resource group: it tells, and stops nothing.'

@description('What a month may cost, in the subscription\'s currency.')
@minValue(1)
param amount int

@description('The first of a month, such as `2026-12-01`. It can\'t be changed once the budget is there.')
@minLength(10)
@maxLength(10)
param startDate string

@description('Whether this deployment makes the budget: then it may not have begun in an earlier month.')
param isNew bool

@description('Who is told, by e-mail.')
@minLength(1)
@maxLength(50)
param contacts string[]

@description('This month. Only compared with: a start that moves with each deployment would be refused.')
param thisMonth string = utcNow('yyyy-MM-01')

var begunBefore = dateTimeToEpoch('${startDate}T00:00:00Z') < dateTimeToEpoch('${thisMonth}T00:00:00Z')

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'monthly'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: begunBefore && isNew
        ? fail('budget.startDate lies in an earlier month: a new one begins in this month or a later one')
        : startDate
    }
    notifications: {
      half: notification(50, contacts)
      most: notification(80, contacts)
      all: notification(100, contacts)
    }
  }
}

func notification(percent int, contacts string[]) object => {
  enabled: true
  operator: 'GreaterThanOrEqualTo'
  threshold: percent
  thresholdType: 'Actual'
  contactEmails: contacts
}
