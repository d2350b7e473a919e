export const HELP = `Commands for whoever runs the service.

  npm run -s ops -- <command>

They read the service's own settings (docs/configuration.md) from the environment, and sign
in to Key Vault as the Azure CLI has signed you in (az login). What is to be set goes to the
standard output, what is said about it to the standard error. No secret is printed: what
SERVICE_KEY holds is ciphertext.

Commands                what it prints, and what you may need to do with the key in the vault
  service-key make      a first SERVICE_KEY (keys/read)
  service-key replace   SERVICE_KEY with a new service key in front, which new things are made
                        with; what the older ones made stays good (keys/read)
  service-key rewrap    SERVICE_KEY with every service key wrapped under the current version of
                        the key encryption key, after a rotation (keys/read, and
                        keys/unwrap/action, which the vault's audit log shows)
  service-key retire    SERVICE_KEY with the newest service key, and the oldest for account
                        references alone: once no item is under another, for one that leaked

Settings
  KEYS                  key-vault, or file on one machine
  KEY_VAULT_KEYS        with KEYS=key-vault
  KEY_FILE              with KEYS=file; service-key.json beside it counts where SERVICE_KEY is
                        not set
  SERVICE_KEY           as it is now; for make, not set

Keep a copy of SERVICE_KEY where the settings can't be lost with it: without the oldest
service key no backup can be opened, and nothing can make it again.

Examples
  export KEYS=key-vault KEY_VAULT_KEYS=https://backup.vault.azure.net/keys/backup
  npm run -s ops -- service-key make > service-key.json
  SERVICE_KEY=$(cat service-key.json) npm run -s ops -- service-key rewrap > rewrapped.json
`;
