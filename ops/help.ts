export const HELP = `Commands for whoever runs the service.

  npm run -s ops -- <command> [options]

What was asked for goes to the standard output, what is said about it to the standard error. No
secret is printed: what SERVICE_KEY holds is ciphertext. No command can read a backup. The exit
status is 1 where something failed, was found, or is left to do. What takes long shows how far it
is; Ctrl-C ends it, and the same command goes on where it stopped.

Look                    what it tells (what you need for it)
  doctor                of each setting, right, index path, consistency level, key, clock, name and
                        resource provider whether it is as it has to be, and what to do where it
                        isn't (Reader on the resource group and the subscription, Website
                        Contributor on the app)
  status                how keys, re-wrapping, sweeps and texts stand (app role Operations.Read)
  notices dead          how many notices were given up (Operations.Read)
  config check FILE     what is wrong with a file of settings: as az functionapp config appsettings
                        list writes it, a local.settings.json, or a plain JSON object (nothing)

Keys                    what it does
  rotate [KEY]          makes a new version of the key encryption key, and moves all keys to it;
                        begun again, it goes on, and makes another after 30 days, or by --force.
                        KEY, https://{vault}/keys/{name}, where there are several vaults (Key
                        Vault Crypto Officer on the vault, Operations.Read, Operations.Act)
  rewrap                moves the keys that are left under older versions (Operations.Act)
  key disable VERSION   disables a version, by its full id; tells first what stops, and refuses
                        where something does, but for --force (Key Vault Crypto Officer,
                        Operations.Read)
  service-key make      prints a first SERVICE_KEY (keys/read)
  service-key replace   prints SERVICE_KEY with a new service key in front, which new things are
                        made with; what the older ones made stays good (keys/read)
  service-key rewrap    prints SERVICE_KEY with every service key wrapped under the current version
                        of the key encryption key, after a rotation (keys/read, and
                        keys/unwrap/action, which the vault's audit log shows)
  service-key retire    prints SERVICE_KEY with the newest service key, and the oldest for account
                        references alone: once no item is under another, for one that leaked

Notices, texts, load
  sweep                 sends the notices that are due, as the timer does (Operations.Act)
  notices requeue       has the notices that were given up tried again (Operations.Act)
  texts close PREFIX    sends no text to numbers that begin so, such as +44 (Operations.Act)
  texts open PREFIX     takes that back (Operations.Act)
  throughput raise      doubles the most request units of the owners' container, or raises it to
                        --max (DocumentDB Account Contributor on the account, Website Contributor
                        on the app)

Options, and the variables that stand for them (docs/deploy.md, Names)
  --subscription ID     AZURE_SUBSCRIPTION_ID    the subscription: az account show --query id
  --group NAME          GROUP                    the resource group
  --app NAME            APP                      the Functions app
  --origin URL          ORIGIN                   the service
  --max RU              for throughput raise, in thousands
  --force               for key disable, and for rotate
  --help, -h            this

Who you are
  To Azure and the vault, as the Azure CLI has signed you in (az login). To the service, by a token
  of an issuer of kind operator: OPERATOR_TOKEN, or OPERATIONS_AUDIENCE, the application id for
  which the Azure CLI is asked for one.

Settings of service-key, as the service itself has them (docs/configuration.md)
  KEYS                  key-vault, or file on one machine
  KEY_VAULT_KEYS        with KEYS=key-vault
  KEY_FILE              with KEYS=file; service-key.json beside it counts where SERVICE_KEY is
                        not set
  SERVICE_KEY           as it is now; for make, not set

Keep a copy of SERVICE_KEY where the settings can't be lost with it: without the oldest
service key no backup can be opened, and nothing can make it again.

Examples
  export GROUP APP ORIGIN AZURE_SUBSCRIPTION_ID=$(az account show --query id -o tsv)
  npm run -s ops -- doctor
  export KEYS=key-vault KEY_VAULT_KEYS=https://backup.vault.azure.net/keys/backup
  npm run -s ops -- service-key make > service-key.json
  SERVICE_KEY=$(cat service-key.json) npm run -s ops -- service-key rewrap > rewrapped.json
`;
