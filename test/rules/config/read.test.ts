import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, readKeysConfig } from "../../../shared/config/read.ts";

const issuer = {
  issuer: "https://login.example/tenant/v2.0",
  jwksUri: "https://login.example/tenant/keys",
  audience: "api://authenticator-backup",
  kind: "personal",
  profile: "oidc",
  algorithms: ["RS256"],
  secondFactor: "always",
  acrValues: ["urn:example:mfa"],
};

const good = {
  PUBLIC_ORIGIN: "https://backup.example",
  ISSUERS: JSON.stringify([issuer]),
  STORE: "sqlite",
  KEYS: "file",
};

/** What the refusal of `good` with `changes` says, or undefined where it is accepted. */
function refusal(changes: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    readConfig({ ...good, ...changes });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

function refusalOfIssuer(changes: Readonly<Record<string, unknown>>): string | undefined {
  return refusal({ ISSUERS: JSON.stringify([issuer, { ...issuer, ...changes }]) });
}

describe("a configuration", () => {
  it("comes out typed and nested, with what was left out filled in", () => {
    expect(readConfig({ ...good, PATH: "/usr/bin" })).toEqual({
      publicOrigin: "https://backup.example",
      issuers: [issuer],
      stepUpMaxAge: 600,
      store: { driver: "sqlite", file: ".local/backup.db" },
      keys: { driver: "file", file: ".local/key-encryption-key.pem" },
    });
  });

  it("prefers a set value to the default", () => {
    const changes = {
      STEP_UP_MAX_AGE_SECONDS: "300",
      SQLITE_FILE: "/data/backup.db",
      KEY_FILE: "/data/kek.pem",
    };
    expect(readConfig({ ...good, ...changes })).toMatchObject({
      stepUpMaxAge: 300,
      store: { file: "/data/backup.db" },
      keys: { file: "/data/kek.pem" },
    });
  });

  it("is refused with every wrong setting named at once, each on a line of its own", () => {
    const message = refusal({
      PUBLIC_ORIGIN: "backup.example",
      ISSUERS: undefined,
      STEP_UP_MAX_AGE_SECONDS: "ten minutes",
      STORE: "paper",
      SQLITE_FILE: "",
      KEYS: undefined,
      KEY_FILE: "",
    });
    const lines = message?.split("\n").slice(1) ?? [];
    expect(lines.map((line) => line.trim().split(":")[0]).sort()).toEqual([
      "ISSUERS",
      "KEYS",
      "KEY_FILE",
      "PUBLIC_ORIGIN",
      "SQLITE_FILE",
      "STEP_UP_MAX_AGE_SECONDS",
      "STORE",
    ]);
    expect(message).toContain("  ISSUERS: missing\n");
    expect(message).not.toContain("PUBLIC_ORIGIN: missing");
  });

  it("is refused without showing a value, which could be a secret", () => {
    const secret = "hunter2";
    const message = refusal({
      PUBLIC_ORIGIN: `http://${secret}.example`,
      ISSUERS: JSON.stringify([{ ...issuer, kind: secret, issuer: secret, algorithms: [secret] }]),
      STEP_UP_MAX_AGE_SECONDS: secret,
      STORE: secret,
      KEYS: secret,
    });
    expect(message).toContain("ISSUERS/0/");
    expect(message).not.toContain(secret);
    expect(refusal({ ISSUERS: `{"${secret}` })).toBe("wrong settings:\n  ISSUERS: not JSON");
  });
});

describe("the public origin", () => {
  it.each([
    "https://backup.example:8443",
    "http://127.0.0.1:7071",
    "http://localhost:7071",
    "http://[::1]:7071",
  ])("may be %s", (origin) => expect(refusal({ PUBLIC_ORIGIN: origin })).toBeUndefined());

  it.each([
    ["http beyond this machine, where a token could be read on its way", "http://backup.example"],
    ["http to a name that only begins like this machine's", "http://localhost.example"],
    ["another scheme", "ftp://backup.example"],
    ["a path", "https://backup.example/v1"],
    ["a slash at its end", "https://backup.example/"],
    ["a query", "https://backup.example?x=1"],
    ["a user's name and password", "https://user:password@backup.example"],
    ["a port that is its scheme's own, which no phone would put in a proof", "https://backup.example:443"],
    ["capitals, which no phone would put in a proof", "https://Backup.example"],
    ["nothing", ""],
  ])("may not have %s", (_, origin) => {
    expect(refusal({ PUBLIC_ORIGIN: origin })).toMatch(/^wrong settings:\n {2}PUBLIC_ORIGIN: .+$/);
  });
});

describe("an issuer", () => {
  it("with a member that is not known is refused: a misspelt one would go unnoticed", () => {
    const message = refusalOfIssuer({ acrValeus: ["urn:example:mfa"] });
    expect(message).toMatch(/^wrong settings:\n {2}ISSUERS\/1: .+$/);
  });

  it.each([
    ["keys at what is no address", "jwksUri", { jwksUri: "nonsense" }],
    ["an identifier that is not https", "issuer", { issuer: "http://login.example" }],
    ["keys fetched over http from elsewhere", "jwksUri", { jwksUri: "http://login.example/keys" }],
    ["no audience, so that tokens for others would do", "audience", { audience: "" }],
    ["a kind that is not known", "kind", { kind: "guest" }],
    ["a profile that is not known", "profile", { profile: "saml" }],
    ["no algorithm", "algorithms", { algorithms: [] }],
    ["an algorithm without a public key", "algorithms/0", { algorithms: ["HS256"] }],
    ["the algorithm that signs nothing", "algorithms/0", { algorithms: ["none"] }],
    ["no word on the second factor", "secondFactor", { secondFactor: undefined }],
    ["an empty list of scopes, which no token would have", "scopes", { scopes: [] }],
    ["two scopes in one", "scopes/0", { scopes: ["openid Backup.ReadWrite"] }],
    ["an empty role", "roles/1", { roles: ["Operator", ""] }],
    ["clients that are no list", "clients", { clients: "app" }],
  ])("with %s is refused", (_, member, changes) => {
    expect(refusalOfIssuer(changes)).toMatch(new RegExp(`^wrong settings:\\n  ISSUERS/1/${member}: .+$`));
  });

  it("may have its keys on this machine, for development", () => {
    expect(refusalOfIssuer({ jwksUri: "http://127.0.0.1:7072/dev/jwks" })).toBeUndefined();
  });

  it("must be there: without one nobody could sign in", () => {
    expect(refusal({ ISSUERS: "[]" })).toMatch(/^wrong settings:\n {2}ISSUERS: .+$/);
  });
});

describe("the age that a sign-in may have", () => {
  it.each(["60", "3600"])("may be %s seconds", (seconds) => {
    expect(readConfig({ ...good, STEP_UP_MAX_AGE_SECONDS: seconds }).stepUpMaxAge).toBe(Number(seconds));
  });

  it.each(["59", "3601", "600.5", "", "10m", "Infinity"])("may not be %j", (seconds) => {
    expect(refusal({ STEP_UP_MAX_AGE_SECONDS: seconds })).toMatch(/ {2}STEP_UP_MAX_AGE_SECONDS: .+$/);
  });
});

const serviceKey = {
  kek: `https://one.vault.azure.net/keys/backup/${"1".repeat(32)}`,
  alg: "RSA-OAEP-256",
  value: "A".repeat(342),
};

describe("the drivers of the cloud", () => {
  const cloud = {
    STORE: "cosmos",
    COSMOS_ENDPOINT: "https://backups.documents.azure.com",
    KEYS: "key-vault",
    KEY_VAULT_KEYS: "https://one.vault.azure.net/keys/backup, https://two.vault.azure.net/keys/backup",
    AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
    SERVICE_KEY: JSON.stringify([serviceKey]),
  };

  it("are named by their addresses and the identity that signs in to them", () => {
    expect(readConfig({ ...good, ...cloud, WEBSITE_INSTANCE_ID: "an instance" })).toMatchObject({
      managedIdentity: cloud.AZURE_CLIENT_ID,
      store: {
        driver: "cosmos",
        endpoint: cloud.COSMOS_ENDPOINT,
        database: "authenticator-backup",
        container: "owners",
      },
      keys: {
        driver: "key-vault",
        keys: ["https://one.vault.azure.net/keys/backup", "https://two.vault.azure.net/keys/backup"],
        serviceKeys: [serviceKey],
      },
    });
  });

  it.each([
    ["COSMOS_ENDPOINT", { COSMOS_ENDPOINT: undefined }],
    ["COSMOS_ENDPOINT", { COSMOS_ENDPOINT: "http://backups.documents.azure.com" }],
    ["COSMOS_EMULATOR_KEY", { COSMOS_EMULATOR_KEY: "c2VjcmV0" }],
    ["KEY_VAULT_KEYS", { KEY_VAULT_KEYS: undefined }],
    ["KEY_VAULT_KEYS/0", { KEY_VAULT_KEYS: "http://one.vault.azure.net/keys/backup" }],
    ["KEY_VAULT_KEYS/0", { KEY_VAULT_KEYS: "https://one.vault.azure.net/keys/backup/a-version" }],
    ["KEY_VAULT_KEYS/1", { KEY_VAULT_KEYS: "https://one.vault.azure.net/keys/backup,nonsense" }],
    ["AZURE_CLIENT_ID", { AZURE_CLIENT_ID: undefined }],
    ["AZURE_CLIENT_ID", { AZURE_CLIENT_ID: "me" }],
    ["SERVICE_KEY", { SERVICE_KEY: undefined }],
  ])("are refused where %s is missing or wrong: %j", (name, changes) => {
    expect(refusal({ ...cloud, ...changes })).toMatch(new RegExp(`^wrong settings:\\n  ${name}: .+$`));
  });

  it.each([
    ["another vault", "https://three.vault.azure.net/keys/backup/", "1".repeat(32)],
    ["another key of the vault", "https://one.vault.azure.net/keys/backup2/", "1".repeat(32)],
    ["no version", "https://one.vault.azure.net/keys/backup", ""],
    ["a version of another form", "https://one.vault.azure.net/keys/backup/", "1"],
    ["more than a version", "https://one.vault.azure.net/keys/backup/", `1/${"1".repeat(32)}`],
    ["a version and more", "https://one.vault.azure.net/keys/backup/", `${"1".repeat(32)}/1`],
    ["another vault's key, as long", "https://six.vault.azure.net/keys/backup/", "1".repeat(32)],
    ["one machine's key", "file:", "1"],
  ])("are refused where a service key names %s", (_, key, version) => {
    const other = { ...serviceKey, kek: key + version };
    for (const [at, list] of [[other], [serviceKey, other]].entries()) {
      const message = refusal({ ...cloud, SERVICE_KEY: JSON.stringify(list) });
      expect(message).toBe(`wrong settings:\n  SERVICE_KEY/${at}/kek: no version of a key in KEY_VAULT_KEYS`);
    }
  });

  it("that hold keys can be read alone, with or without a service key", () => {
    const { KEYS, KEY_VAULT_KEYS, SERVICE_KEY } = cloud;
    const keys = {
      driver: "key-vault",
      keys: ["https://one.vault.azure.net/keys/backup", "https://two.vault.azure.net/keys/backup"],
    };
    const set = { KEYS, KEY_VAULT_KEYS };
    expect(readKeysConfig(set)).toEqual({ keys: { ...keys, serviceKeys: [] } });
    expect(readKeysConfig({ ...set, SERVICE_KEY })).toEqual({ keys: { ...keys, serviceKeys: [serviceKey] } });
    for (const [wrong, line] of [
      [{ KEYS }, "KEY_VAULT_KEYS: missing"],
      [{ KEY_VAULT_KEYS }, "KEYS: missing"],
      [{ ...set, SERVICE_KEY: "[" }, "SERVICE_KEY: not JSON"],
      [{ KEYS: "file", KEY_FILE: "" }, "KEY_FILE: "],
    ] as const) {
      const read = () => readKeysConfig(wrong);
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(`wrong settings:\n  ${line}`);
    }
    const file = { driver: "file", file: ".local/key-encryption-key.pem" };
    expect(readKeysConfig({ KEYS: "file" })).toEqual({ keys: file });
  });

  it("may be an emulator on this machine, signed in to with its key", () => {
    const emulator = { COSMOS_ENDPOINT: "http://127.0.0.1:8081", COSMOS_EMULATOR_KEY: "c2VjcmV0" };
    expect(refusal({ STORE: "cosmos", ...emulator })).toBeUndefined();
  });
});

describe("the service key", () => {
  const refusalOf = (value: unknown) => refusal({ SERVICE_KEY: JSON.stringify(value) });

  it("may be left out on one machine, where a file holds it, or be set", () => {
    expect(readConfig(good).keys.serviceKeys).toBeUndefined();
    const set = { SERVICE_KEY: JSON.stringify([serviceKey]) };
    expect(readConfig({ ...good, ...set }).keys.serviceKeys).toEqual([serviceKey]);
  });

  it("may be a list of eight, newest first, of keys of up to 4,096 bits", () => {
    const list = Array.from({ length: 8 }, () => ({ ...serviceKey, value: "_".repeat(683) }));
    expect(refusalOf(list)).toBeUndefined();
  });

  it("may be for references alone where it is the last of several: one that leaked serves nothing else", () => {
    const replaced = { ...serviceKey, use: "references" };
    expect(refusalOf([serviceKey, replaced])).toBeUndefined();
    for (const list of [
      [replaced],
      [replaced, serviceKey],
      [replaced, replaced],
      [serviceKey, replaced, serviceKey],
    ]) {
      expect(refusalOf(list)).toMatch(/^wrong settings:\n {2}SERVICE_KEY: only the last of several/);
    }
    expect(refusalOf([serviceKey, { ...serviceKey, use: "salt" }])).toMatch(/ {2}SERVICE_KEY\/1\/use: /);
  });

  it.each<[string, unknown, string]>([
    ["empty", [], ""],
    ["longer", Array.from({ length: 9 }, () => serviceKey), ""],
    ["no list", serviceKey, ""],
    ["one in the clear", ["A".repeat(43)], "/0"],
    ["of another algorithm", [{ ...serviceKey, alg: "RSA-OAEP" }], "/0/alg"],
    ["without its key's id", [{ ...serviceKey, kek: "" }], "/0/kek"],
    ["without its ciphertext", [serviceKey, { ...serviceKey, value: undefined }], "/1/value"],
    ["of a shorter ciphertext", [{ ...serviceKey, value: "A".repeat(341) }], "/0/value"],
    ["of a longer ciphertext", [{ ...serviceKey, value: "A".repeat(684) }], "/0/value"],
    ["of a ciphertext in base64", [{ ...serviceKey, value: `${"A".repeat(342)}==` }], "/0/value"],
    ["with a member that is not known", [{ ...serviceKey, key: "hunter2" }], "/0"],
  ])("may not be %s", (_, value, place) => {
    const message = refusalOf(value);
    expect(message).toMatch(new RegExp(`^wrong settings:\\n {2}SERVICE_KEY${place}: .+$`));
    expect(message).not.toContain("hunter2");
  });

  it("may not be what is no JSON", () => {
    expect(refusal({ SERVICE_KEY: "[" })).toBe("wrong settings:\n  SERVICE_KEY: not JSON");
  });
});

describe("on Azure", () => {
  it("everything that belongs to one machine is refused at once", () => {
    const message = refusal({
      WEBSITE_INSTANCE_ID: "an instance",
      PUBLIC_ORIGIN: "http://127.0.0.1:7071",
      ISSUERS: JSON.stringify([{ ...issuer, jwksUri: "http://127.0.0.1:7072/dev/jwks" }]),
    });
    const names = message?.match(/^ {2}\w+/gm)?.map((name) => name.trim());
    expect(names).toEqual(["STORE", "KEYS", "PUBLIC_ORIGIN", "ISSUERS"]);
  });

  it("an emulator is refused", () => {
    const emulator = { COSMOS_ENDPOINT: "http://127.0.0.1:8081", COSMOS_EMULATOR_KEY: "c2VjcmV0" };
    const message = refusal({ WEBSITE_INSTANCE_ID: "an instance", STORE: "cosmos", ...emulator });
    expect(message).toContain("COSMOS_ENDPOINT: an emulator");
  });
});
