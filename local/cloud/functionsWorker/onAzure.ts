import { REQUEST_BODY_SIZE_LIMIT } from "../../../shared/config/settings.ts";

/** Every setting of an app on Azure; none of its addresses is asked while it loads. */
export const onAzure = {
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(REQUEST_BODY_SIZE_LIMIT),
  PUBLIC_ORIGIN: "https://backup.example",
  ISSUERS: JSON.stringify([
    {
      issuer: "https://login.example/v2.0",
      jwksUri: "https://login.example/keys",
      audience: "api://authenticator-backup",
      kind: "personal",
      profile: "oidc",
      algorithms: ["RS256"],
      secondFactor: "always",
    },
  ]),
  AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
  STORE: "cosmos",
  COSMOS_ENDPOINT: "https://backups.documents.azure.com",
  KEYS: "key-vault",
  KEY_VAULT_KEYS: "https://one.vault.azure.net/keys/backup",
  SERVICE_KEY: JSON.stringify([
    {
      kek: `https://one.vault.azure.net/keys/backup/${"0".repeat(32)}`,
      alg: "RSA-OAEP-256",
      value: "A".repeat(342),
    },
  ]),
  NOTIFY: "azure",
  NOTIFICATION_HUBS_NAMESPACE: "backup-hubs",
  NOTIFICATION_HUB: "authenticator",
  NOTIFICATION_HUBS_KEY: Buffer.alloc(32).toString("base64"),
  COMMUNICATION_ENDPOINT: "https://backup.communication.azure.com",
  MAIL_SENDER: "DoNotReply@backup.example",
  TEXT_PREFIXES: "+46",
  TEXT_SENDER: "+18005550100",
};
