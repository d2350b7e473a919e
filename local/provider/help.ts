export const HELP = `An account provider's app, as a command line: docs/provider.md, in commands.

  npm run provider -- <command> [options]

  issue              make a code with which a work or school account is verified on a phone
                     [--administrator: for a day, not for 10 minutes] [--number, --no-number: to be typed into the phone]
                     [--key TEXT: the Idempotency-Key; with the same one, another code for the same activation]
                     [--watch: and follow it]
  watch ID           how an activation stands, until it is over; shows the number while one is to be typed
  cancel ID          end an activation that no phone is using
  credentials ID     whether the key of a verified account counts [--revoke: it no longer does]
  verify-code SUBJECT CODE
                     whether a one-time code is that of one of a personal account's phones

Who it is for; left out, an account of local/phone/sample-accounts.json
  --subject TEXT     the user's id at the provider
  --organization TEXT, --user TEXT
                     what the phone shows of the account
  --tenant GUID      the organization whose app asks
  --account-issuer URL
                     verify-code: who issues the personal account

Options
  --json             print answers as they came
  --origin URL       where the service is (default: http://127.0.0.1:7071)
  --issuer URL       where the development issuer is (default: at the service's origin)
  --help

Examples
  npm run provider -- issue --watch
  npm run provider -- issue --administrator
  npm run provider -- verify-code alice-contoso 12345678

The exit status is 0; 1 where a request was refused, an activation came to nothing, or a code is not valid.`;
