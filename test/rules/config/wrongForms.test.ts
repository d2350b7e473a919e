import { describe, expect, it } from "vitest";
import { onAzure } from "../../../local/cloud/functionsWorker/onAzure.ts";
import { ConfigError, readConfig } from "../../../shared/config/read.ts";
import type { IssuerSetting, SettingName } from "../../../shared/config/settings.ts";

/** Nothing of it may be shown: a value can be a secret. */
const SECRET = "hunter2";

/** What the wrong form is, what is set, and where in the setting the fault is told: `/0/kek`. */
type WrongForm = readonly [what: string, value: string | undefined, place?: string];

const [issuer] = JSON.parse(onAzure.ISSUERS);
const [serviceKey] = JSON.parse(onAzure.SERVICE_KEY);
const vaultKey = onAzure.KEY_VAULT_KEYS;

const issuers = (...list: readonly unknown[]) => JSON.stringify(list);
const like = (changes: object) => issuers({ ...issuer, ...changes });
const family = (changes: object) =>
  issuers(issuer, {
    ...issuer,
    issuer: "https://login.example/{tenantid}/v2.0",
    kind: "work-or-school",
    profile: "entra",
    secondFactor: "when-known",
    ...changes,
  });
const serviceKeys = (...list: readonly unknown[]) => JSON.stringify(list);

const notWords: readonly (readonly [what: string, value: string])[] = [
  ["nothing", ""],
  ["white space within", "two words"],
  ["white space behind", "word "],
  ["a line break, which ends a header", `word\r\nSet-Cookie: ${SECRET}`],
  ["a quote, which ends a parameter of a header", 'word", error="none'],
  ["a backslash, which takes the closing quote away", "word\\"],
  ["a control character", "word\u0001"],
  ["a letter that no header can carry", "wörd"],
  ["a placeholder that was not filled in", "{client}"],
  ["a reference to a vault that was not resolved", "@Microsoft.KeyVault(SecretUri=https://one)"],
];

const notLists = (member: string): WrongForm[] => [
  ["no list", like({ [member]: "word" }), `/0/${member}`],
  ["an empty list, which nothing is in", like({ [member]: [] }), `/0/${member}`],
  ["the same twice", like({ [member]: ["word", "word"] }), `/0/${member}`],
  ...notWords.map(
    ([what, value]): WrongForm => [what, like({ [member]: ["word", value] }), `/0/${member}/1`],
  ),
];

const notAddresses: readonly (readonly [what: string, value: string])[] = [
  ["nothing", ""],
  ["no address", "login.example"],
  ["http to another machine", "http://login.example/keys"],
  ["http to a name that only begins like this machine's", "http://localhost.example/keys"],
  ["http to a name that only ends like this machine's", "http://login.localhost/keys"],
  ["another scheme", "ftp://login.example/keys"],
  ["a scheme alone", "https://"],
  ["a user's name and password", `https://user:${SECRET}@login.example/keys`],
  ["a user's name", `https://${SECRET}@login.example/keys`],
  ["a fragment", "https://login.example/keys#a"],
  ["an empty fragment", "https://login.example/keys#"],
  ["white space in front", " https://login.example/keys"],
  ["a line break behind", "https://login.example/keys\n"],
  ["a line break within, which parsers drop", "https://login.exa\nmple/keys"],
  ["a backslash, which parsers take for a slash", "https:\\\\login.example\\keys"],
  ["half an escape", "https://login.example/%k"],
  ["a placeholder in the host", "https://{tenantid}.example/keys"],
  ["a placeholder in the path", "https://login.example/<tenant>/keys"],
  ["every host", "https://*.login.example/keys"],
  ["a port that there is none of", "https://login.example:65536/keys"],
  ["a letter beyond ASCII, which could look like another", "https://lоgin.example/keys"],
  ["two addresses", "https://login.example,https://login.example"],
];

const filePaths: readonly WrongForm[] = [
  ["nothing", ""],
  ["the memory, which is lost with the process", ":memory:"],
  ["an address, behind which may be the memory", "file::memory:?cache=shared"],
  ["a folder", "data/"],
  ["white space", " "],
  ["white space behind", "backup.db "],
  ["a line break", "backup.db\n"],
  ["a control character", "backup\u0000.db"],
];

const containers: readonly WrongForm[] = [
  ["nothing", ""],
  ["white space behind", "owners "],
  ["a slash", "colls/owners"],
  ["two", "owners,activations"],
  ["longer than Azure takes", "a".repeat(256)],
];

const numbers: readonly WrongForm[] = [
  ["nothing", ""],
  ["less than none", "-1"],
  ["more than a million", "1000001"],
  ["in words", "many"],
  ["with a fraction", "1.5"],
  ["with an exponent", "1e3"],
];

/** Every setting, with every wrong form that somebody has set, or could, and that would have been taken in silence. */
const settings: Readonly<Record<SettingName, readonly WrongForm[]>> = {
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: [
    ["missing: the host would take 100 MB", undefined],
    ["nothing", ""],
    ["not a number", "1 MiB"],
    ["too large: more than 2 MiB", "2097153"],
    ["the host's own", "104857600"],
    ["too small: less than a backup may have", "1048575"],
    ["nothing at all", "0"],
    ["no limit", "-1"],
    ["more than a number holds", "9".repeat(400)],
    ["with separators", "1,310,720"],
    ["with a fraction", "1310720.0"],
    ["with an exponent", "1.31072e6"],
    ["in hexadecimal", "0x140000"],
    ["with white space", " 1310720"],
    ["with a zero in front", "01310720"],
  ],
  PUBLIC_ORIGIN: [
    ["missing", undefined],
    ...notAddresses,
    ["a path", "https://backup.example/v1"],
    ["a slash at its end", "https://backup.example/"],
    ["a query", "https://backup.example?x=1"],
    ["an empty query", "https://backup.example?"],
    ["a port that is its scheme's own, which no phone would put in a proof", "https://backup.example:443"],
    ["capitals, which no phone would put in a proof", "https://Backup.example"],
    ["a dot behind the host, which no phone would put in a proof", "https://backup.example."],
    ["this machine", "http://127.0.0.1:7071"],
    ["this machine, over https", "https://localhost"],
    ["this machine in a wider sense", "https://127.1.2.3"],
    ["this machine by a name of its own", "https://backup.localhost"],
    ["this machine as IPv6", "http://[::1]:7071"],
    ["this machine as IPv6 of IPv4", "https://[::ffff:127.0.0.1]"],
    ["every address of this machine", "https://0.0.0.0"],
  ],
  ISSUERS: [
    ["missing", undefined],
    ["nothing", ""],
    ["no JSON", `{"${SECRET}`],
    ["no list", JSON.stringify(issuer)],
    ["an empty list: nobody could sign in", "[]"],
    ["a member that is not an object", issuers("https://login.example"), "/0"],
    ["a member misspelt", issuers(issuer, { ...issuer, [SECRET]: ["urn:example:mfa"] }), "/1"],
    ["a member of an object twice", onAzure.ISSUERS.replace('"kind"', '"kind":"operator","kind"')],
    ["no personal issuer: no owner could sign in", like({ kind: "operator" })],
    ["an issuer twice", issuers(issuer, { ...issuer, audience: "api://other" })],
    ...[
      ["a slash behind", "https://login.example/v2.0/"],
      ["another case", "https://LOGIN.example/V2.0"],
      ["the scheme's own port", "https://login.example:443/v2.0"],
      ["dot segments", "https://login.example/a/../v2.0"],
      ["an escape", "https://login.example/v2%2E0"],
    ].map(
      ([what, other]): WrongForm => [
        `an issuer twice, once with ${what}`,
        issuers(issuer, { ...issuer, issuer: other }),
      ],
    ),
  ],
  PHONE_WORK_PER_SECOND: [
    ["nothing", ""],
    ["less than an app needs", "9"],
    ["more than a million", "1000001"],
    ["with a fraction", "50.5"],
    ["with an exponent", "5e1"],
    ["with a sign", "+50"],
  ],
  MINIMUM_APP_VERSIONS: [
    ["nothing", ""],
    ["no JSON", "6.9.2"],
    ["one version for both", '"6.9.2"'],
    ["a platform that there is none of", '{"windows":"6.9.2"}'],
    ["a platform in capitals", '{"iOS":"6.9.2"}'],
    ["a platform twice", '{"ios":"5.9.0","ios":"5.7.0"}'],
    ["a number", '{"ios":6}', "/ios"],
    ["no version", '{"ios":"latest"}', "/ios"],
    ["with a v", '{"ios":"v5.9.0"}', "/ios"],
    ["older than iOS apps that can recover", '{"ios":"5.6.9"}', "/ios"],
    ["older than Android apps that can recover", '{"android":"6.5.12"}', "/android"],
  ],
  STEP_UP_MAX_AGE_SECONDS: [
    ["nothing", ""],
    ["shorter than a minute", "59"],
    ["longer than an hour", "3601"],
    ["with a fraction", "600.5"],
    ["with a unit", "10m"],
    ["without an end", "Infinity"],
    ["with an exponent", "6e2"],
    ["in hexadecimal", "0x258"],
    ["with white space", " 600 "],
    ["with a sign", "+600"],
    ["with a zero in front", "0600"],
  ],
  AZURE_CLIENT_ID: [
    ["missing", undefined],
    ["nothing", ""],
    ["a name", "me"],
    ["in braces", `{${onAzure.AZURE_CLIENT_ID}}`],
    ["with white space", `${onAzure.AZURE_CLIENT_ID} `],
    ["two", `${onAzure.AZURE_CLIENT_ID},${onAzure.AZURE_CLIENT_ID}`],
    ["a placeholder of zeros", "00000000-0000-0000-0000-000000000000"],
    ["a placeholder of ones", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  ],
  STORE: [
    ["missing", undefined],
    ["nothing", ""],
    ["not known", SECRET],
    ["in capitals", "Cosmos"],
    ["with white space", "cosmos "],
    ["one machine's", "sqlite"],
  ],
  SQLITE_FILE: filePaths,
  COSMOS_ENDPOINT: [
    ["missing", undefined],
    ...notAddresses,
    [
      "of one region: it stays there when the write region moves",
      "https://backups-westeurope.documents.azure.com",
    ],
    ["of one region, with its port", "https://backups-eastus2.documents.azure.com:443/"],
    ["of one region of another cloud", "https://backups-usgovvirginia.documents.azure.us"],
    ["in capitals", "https://Backups.documents.azure.com"],
    ["with another port", "https://backups.documents.azure.com:8081"],
    ["with a path", "https://backups.documents.azure.com/dbs"],
    ["with a query", "https://backups.documents.azure.com/?x=1"],
    ["of another kind of account", "https://backups.mongo.cosmos.azure.com"],
    ["of another host", "https://backups.documents.azure.com.login.example"],
    ["without an account", "https://documents.azure.com"],
    ["a connection string", `AccountEndpoint=https://backups.documents.azure.com/;AccountKey=${SECRET}`],
    ["an emulator", "https://localhost:8081"],
  ],
  COSMOS_DATABASE: [
    ["nothing", ""],
    ["white space", " "],
    ["white space behind", "backup "],
    ["a slash", "dbs/backup"],
    ["a sign that an address ends at", "backup#1"],
    ["longer than Azure takes", "a".repeat(256)],
    ["a reference to a vault that was not resolved", "@Microsoft.KeyVault(SecretUri=https://one)"],
    ["a placeholder that was not filled in", "{database}"],
  ],
  COSMOS_CONTAINER: containers,
  COSMOS_ACTIVATIONS_CONTAINER: containers,
  COSMOS_CONSISTENCY: [
    ["nothing", ""],
    ["weaker: another instance could release after a denial", "Session"],
    ["weakest", "Eventual"],
    ["in another writing", "strong"],
    ["with white space", "Strong "],
  ],
  COSMOS_EMULATOR_KEY: [
    ["nothing", ""],
    ["no base64", "not a key"],
    ["for an account, which is signed in to with the identity", "c2VjcmV0"],
  ],
  KEYS: [
    ["missing", undefined],
    ["nothing", ""],
    ["not known", SECRET],
    ["in capitals", "Key-Vault"],
    ["one machine's", "file"],
  ],
  KEY_FILE: [
    ["nothing", ""],
    ["a folder", "keys/"],
    ["an address", "file:///keys/kek.pem"],
    ["white space in front", " kek.pem"],
    ["the key itself", `-----BEGIN PRIVATE KEY-----\n${SECRET}`],
  ],
  KEY_VAULT_KEYS: [
    ["missing", undefined],
    ["nothing", "", "/0"],
    ["a comma behind", `${vaultKey},`, "/1"],
    ["http", vaultKey.replace("https", "http"), "/0"],
    ["a version", `${vaultKey}/${"0".repeat(32)}`, "/0"],
    ["a slash behind", `${vaultKey}/`, "/0"],
    ["a port", vaultKey.replace(".net", ".net:443"), "/0"],
    ["a user's name", vaultKey.replace("one", `${SECRET}@one`), "/0"],
    ["capitals in the vault", vaultKey.replace("one", "One"), "/0"],
    ["another host: it would get the service's token", "https://login.example/keys/backup", "/0"],
    ["a host that only begins like a vault", "https://one.vault.azure.net.login.example/keys/backup", "/0"],
    ["a secret", vaultKey.replace("keys", "secrets"), "/0"],
    ["white space for commas", `${vaultKey} ${vaultKey}2`, "/0"],
    ["a key twice", `${vaultKey},${vaultKey}`],
    ["a key twice, in capitals", `${vaultKey},${vaultKey.replace("backup", "BACKUP")}`],
    ["JSON", JSON.stringify([vaultKey]), "/0"],
    ["more than 16", Array.from({ length: 17 }, (_, at) => vaultKey + at).join(",")],
  ],
  SERVICE_KEY: [
    ["missing", undefined],
    ["nothing", ""],
    ["no JSON", "["],
    ["an empty list", "[]"],
    ["no list", JSON.stringify(serviceKey)],
    [
      "longer than 8",
      serviceKeys(...Array.from({ length: 9 }, (_, at) => ({ ...serviceKey, value: `${at}`.repeat(342) }))),
    ],
    ["the same twice", serviceKeys(serviceKey, serviceKey)],
    ["one in the clear", serviceKeys("A".repeat(43)), "/0"],
    ["of another algorithm", serviceKeys({ ...serviceKey, alg: "RSA-OAEP" }), "/0/alg"],
    ["without its key's id", serviceKeys({ ...serviceKey, kek: "" }), "/0/kek"],
    ["without its ciphertext", serviceKeys(serviceKey, { ...serviceKey, value: undefined }), "/1/value"],
    ["of a shorter ciphertext", serviceKeys({ ...serviceKey, value: "A".repeat(341) }), "/0/value"],
    ["of a ciphertext of no key's size", serviceKeys({ ...serviceKey, value: "A".repeat(343) }), "/0/value"],
    ["of a longer ciphertext", serviceKeys({ ...serviceKey, value: "A".repeat(684) }), "/0/value"],
    ["of a ciphertext in base64", serviceKeys({ ...serviceKey, value: `${"A".repeat(342)}==` }), "/0/value"],
    ["with a member that is not known", serviceKeys({ ...serviceKey, [SECRET]: SECRET }), "/0"],
    ["with a member twice", onAzure.SERVICE_KEY.replace('"alg"', '"alg":"RSA-OAEP","alg"')],
    ["for references alone", serviceKeys({ ...serviceKey, use: "references" })],
    ["for another use", serviceKeys(serviceKey, { ...serviceKey, use: "salt" }), "/1/use"],
    [
      "of a key that is not configured",
      serviceKeys({ ...serviceKey, kek: serviceKey.kek.replace("one", "two") }),
      "/0/kek",
    ],
  ],
  NOTIFY: [
    ["missing: on one machine nothing leaves it", undefined],
    ["nothing", ""],
    ["another", "pigeon"],
    ["for one machine", "outbox"],
    ["in capitals", "Azure"],
  ],
  OUTBOX_FILE: filePaths,
  NOTIFICATION_HUBS_NAMESPACE: [
    ["missing", undefined],
    ["nothing", ""],
    ["an address", "backup-hubs.servicebus.windows.net"],
    ["another host's", "elsewhere.example/"],
    ["too short", "hubs1"],
    ["with a hyphen at its end", "backup-hubs-"],
  ],
  NOTIFICATION_HUB: [
    ["missing", undefined],
    ["nothing", ""],
    ["a path", "../another"],
    ["with white space", "backup hub"],
  ],
  NOTIFICATION_HUB_SANDBOX: [
    ["nothing", ""],
    ["with a slash", "hub/sandbox"],
  ],
  NOTIFICATION_HUBS_RULE: [
    ["nothing", ""],
    ["with what signs something else", "send&se=9"],
  ],
  NOTIFICATION_HUBS_KEY: [
    ["missing", undefined],
    ["nothing", ""],
    ["a reference that nobody resolved", `@Microsoft.KeyVault(SecretUri=${SECRET})`],
    ["too short", "c2hvcnQ="],
  ],
  NOTIFICATION_HUBS_SECONDARY_KEY: [
    ["nothing", ""],
    ["a reference that nobody resolved", `@Microsoft.KeyVault(SecretUri=${SECRET})`],
    ["the primary one again", onAzure.NOTIFICATION_HUBS_KEY],
  ],
  COMMUNICATION_ENDPOINT: [
    ["missing", undefined],
    ["nothing", ""],
    ["http", "http://backup.communication.azure.com"],
    ["a slash at its end", "https://backup.communication.azure.com/"],
    ["another host: it would get the service's token", "https://communication.azure.com.example"],
  ],
  MAIL_SENDER: [
    ["missing", undefined],
    ["nothing", ""],
    ["no address", "nobody"],
    ["with a name", "Backup <backup@mail.example>"],
  ],
  TEXT_SENDER: [
    ["missing", undefined],
    ["nothing", ""],
    ["without its country", "0701234567"],
    ["with white space", "+46 70 123 45 67"],
  ],
  TEXT_PREFIXES: [
    ["nothing", "", "/0"],
    ["without a plus", "46", "/0"],
    ["letters behind the plus", "+GB", "/0"],
    ["with a zero behind the plus", "+46,+046", "/1"],
    ["the same twice", "+46,+46"],
  ],
  TEXT_CODES_PER_HOUR: numbers,
  TEXT_NOTICES_PER_HOUR: numbers,
};

/** The same of every member of an issuer. */
const members: Readonly<Record<keyof Required<IssuerSetting>, readonly WrongForm[]>> = {
  issuer: [
    ["missing", like({ issuer: undefined }), "/0/issuer"],
    ...notAddresses.map(([what, value]): WrongForm => [what, like({ issuer: value }), "/0/issuer"]),
    ["this machine over http", like({ issuer: "http://127.0.0.1/v2.0" }), "/0/issuer"],
    ["a query", like({ issuer: "https://login.example/v2.0?p=policy" }), "/0/issuer"],
    ["an unexpanded {tenantid} for personal accounts", family({ kind: "personal" }), "/1/issuer"],
    ["an unexpanded {tenantid} of another profile", family({ profile: "oidc" }), "/1/issuer"],
    ...[
      ["in capitals", "https://login.example/{TENANTID}/v2.0"],
      ["as a part of a name", "https://login.example/of-{tenantid}/v2.0"],
      ["as the host", "https://{tenantid}/v2.0"],
      ["twice", "https://login.example/{tenantid}/{tenantid}"],
      ["beside another", "https://login.example/{tenantid}/{version}"],
    ].map(
      ([what, other]): WrongForm => [
        `an unexpanded {tenantid} ${what}`,
        family({ issuer: other }),
        "/1/issuer",
      ],
    ),
  ],
  jwksUri: [
    ["missing", like({ jwksUri: undefined }), "/0/jwksUri"],
    ...notAddresses.map(([what, value]): WrongForm => [what, like({ jwksUri: value }), "/0/jwksUri"]),
    ["an unexpanded {tenantid}", like({ jwksUri: "https://login.example/{tenantid}/keys" }), "/0/jwksUri"],
    ["the development issuer", like({ jwksUri: "http://127.0.0.1:7072/dev/jwks" }), "/0/jwksUri"],
    ["the development issuer over https", like({ jwksUri: "https://issuer.localhost/jwks" }), "/0/jwksUri"],
  ],
  audience: [
    ["missing: tokens for others would do", like({ audience: undefined }), "/0/audience"],
    ...notWords.map(([what, value]): WrongForm => [what, like({ audience: value }), "/0/audience"]),
    ["a list", like({ audience: ["api://authenticator-backup"] }), "/0/audience"],
  ],
  kind: [
    ["missing", like({ kind: undefined }), "/0/kind"],
    ["not known", like({ kind: SECRET }), "/0/kind"],
    ["in capitals", like({ kind: "Personal" }), "/0/kind"],
  ],
  profile: [
    ["missing", like({ profile: undefined }), "/0/profile"],
    ["not known", like({ profile: SECRET }), "/0/profile"],
  ],
  tenant: [
    ["no GUID", like({ profile: "oidc", tenant: "contoso" }), "/0/tenant"],
    ["in capitals", like({ profile: "oidc", tenant: "6F1C2D3E-4A5B-4C6D-8E7F-8091A2B3C4D5" }), "/0/tenant"],
    [
      "of a profile whose tokens name it",
      like({ profile: "entra", tenant: "6f1c2d3e-4a5b-4c6d-8e7f-8091a2b3c4d5" }),
      "/0/tenant",
    ],
    [
      "missing with a provider",
      family({ issuer: "https://provider.example", kind: "provider", profile: "oidc" }),
      "/1/tenant",
    ],
  ],
  algorithms: [
    ["missing", like({ algorithms: undefined }), "/0/algorithms"],
    ["an empty list", like({ algorithms: [] }), "/0/algorithms"],
    ["an algorithm without a public key", like({ algorithms: ["HS256"] }), "/0/algorithms/0"],
    ["the algorithm that signs nothing", like({ algorithms: ["ES256", "none"] }), "/0/algorithms/1"],
    ["the same twice", like({ algorithms: ["ES256", "ES256"] }), "/0/algorithms"],
  ],
  secondFactor: [
    ["missing", like({ secondFactor: undefined }), "/0/secondFactor"],
    ["not known", like({ secondFactor: "never" }), "/0/secondFactor"],
    [
      "always, where the profile never tells: nobody could step up",
      like({ profile: "entra-personal", secondFactor: "always" }),
      "/0/secondFactor",
    ],
    [
      "always, where the profile tells by a context alone that is not named",
      like({ profile: "entra", secondFactor: "always" }),
      "/0/secondFactor",
    ],
  ],
  acrValues: [
    ...notLists("acrValues"),
    [
      "of another profile",
      like({ profile: "entra", secondFactor: "when-known", acrValues: ["word"] }),
      "/0/acrValues",
    ],
  ],
  authenticationContext: [
    ...notWords.map(
      ([what, value]): WrongForm => [
        what,
        like({ profile: "entra", authenticationContext: value }),
        "/0/authenticationContext",
      ],
    ),
    [
      "no context of Entra's",
      like({ profile: "entra", authenticationContext: "c0" }),
      "/0/authenticationContext",
    ],
    ["a list", like({ profile: "entra", authenticationContext: ["c1"] }), "/0/authenticationContext"],
    ["of another profile", like({ authenticationContext: "c1" }), "/0/authenticationContext"],
  ],
  scopes: notLists("scopes"),
  roles: notLists("roles"),
  clients: notLists("clients"),
};

function refusal(changes: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    readConfig({ ...onAzure, ...changes });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

it("the configuration that is made worse below is a good one", () => {
  expect(refusal({})).toBeUndefined();
});

describe.each(Object.entries(settings))(
  "%s is refused, by name and never with its value, if it is",
  (name, forms) => {
    it.each(forms)("%s", (_, value, place = "") => expectRefused(name, value, place));
  },
);

describe.each(Object.entries(members))("%s of an issuer is refused if it is", (_, forms) => {
  it.each(forms)("%s", (_, value, place = "") => expectRefused("ISSUERS", value, place));
});

const entra = { profile: "entra", secondFactor: "when-known" };

/** What looks like one of the above, and is good. */
const goodForms: readonly (readonly [name: SettingName, what: string, value: string])[] = [
  ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "as small as the largest backup", "1048576"],
  ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "as large as it may be", "2097152"],
  ["PUBLIC_ORIGIN", "on a port", "https://backup.example:8443"],
  ["PHONE_WORK_PER_SECOND", "the least", "10"],
  ["PHONE_WORK_PER_SECOND", "the most", "1000000"],
  ["STEP_UP_MAX_AGE_SECONDS", "a minute", "60"],
  ["STEP_UP_MAX_AGE_SECONDS", "an hour", "3600"],
  ["ISSUERS", "every tenant of Entra", family({})],
  [
    "ISSUERS",
    "every tenant, and one of its own",
    issuers(...JSON.parse(family({})), { ...issuer, ...entra, issuer: "https://login.example/common/v2.0" }),
  ],
  ["ISSUERS", "with a slash behind", like({ issuer: "https://login.example/" })],
  ["ISSUERS", "on a port, with capitals", like({ issuer: "https://login.example:443/Pool_Abc" })],
  [
    "ISSUERS",
    "with keys at an address with a query",
    like({ jwksUri: "https://login.example/keys?p=policy" }),
  ],
  [
    "ISSUERS",
    "one that tells of a second factor",
    like({ ...entra, secondFactor: "always", authenticationContext: "c99" }),
  ],
  ["ISSUERS", "one that can't tell, and isn't always asked", like({ ...entra, profile: "entra-personal" })],
  [
    "ISSUERS",
    "with values of every list",
    like({
      acrValues: ["urn:example:mfa", "2"],
      scopes: ["openid", "https://api.example/read:all"],
      roles: ["Operations.Read"],
      clients: ["f1d2c3b4-a596-4877-9e68-5a4b3c2d1e0f"],
    }),
  ],
  ["COSMOS_ENDPOINT", "with its port, as the portal shows it", "https://backups.documents.azure.com:443/"],
  ["COSMOS_ENDPOINT", "with hyphens, as no region has them", "https://backups-west-prod.documents.azure.com"],
  ["COSMOS_ENDPOINT", "an account with the name of a region", "https://westeurope.documents.azure.com"],
  ["COSMOS_DATABASE", "with a dot", "backup.2"],
  ["KEY_VAULT_KEYS", "in two vaults", `${vaultKey}, ${vaultKey.replace("one", "two")}`],
  ["KEY_VAULT_KEYS", "in a managed HSM as well", `${vaultKey},https://one.managedhsm.azure.net/keys/backup`],
  [
    "SERVICE_KEY",
    "of every size",
    serviceKeys(...[342, 512, 683].map((size) => ({ ...serviceKey, value: "_".repeat(size) }))),
  ],
];

it.each(goodForms)("%s may be %s", (name, _, value) => {
  expect(refusal({ [name]: value })).toBeUndefined();
});

function expectRefused(name: string, value: string | undefined, place: string): void {
  const message = refusal({ [name]: value }) ?? "";
  const told = message.replace(/^wrong settings: /, "").split("; ");
  expect(told[0]).toMatch(new RegExp(`^${name}${place}: .+`));
  expect(told.filter((each) => !each.startsWith(name))).toEqual([]);
  expect(message).not.toMatch(/\n|hunter2/);
  // What a setting may be is told: that is no value.
  const isToldAnyway =
    ["STORE", "KEYS", "NOTIFY", "COSMOS_CONSISTENCY"].includes(name) || /^[\d.,]*$/.test(value?.trim() ?? "");
  if (value && !isToldAnyway) expect(message).not.toContain(value.trim());
}
