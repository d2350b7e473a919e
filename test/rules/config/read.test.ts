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
function refusal(
  changes: Readonly<Record<string, string | undefined>>,
  options: Parameters<typeof readConfig>[1] = { embedded: true },
): string | undefined {
  try {
    readConfig({ ...good, ...changes }, options);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

describe("a configuration", () => {
  it("comes out typed and nested, with what was left out filled in", () => {
    expect(readConfig({ ...good, PATH: "/usr/bin" }, { embedded: true })).toEqual({
      publicOrigin: "https://backup.example",
      issuers: [issuer],
      minimumVersions: { ios: "5.7.0", android: "6.6.0" },
      stepUpMaxAge: 600,
      phoneWorkPerSecond: 50,
      store: { driver: "sqlite", file: ".local/backup.db" },
      keys: { driver: "file", file: ".local/key-encryption-key.pem" },
      notify: {
        driver: "outbox",
        file: ".local/outbox.db",
        textPrefixes: [],
        textsPerHour: 1000,
        noticeTextsPerHour: 1000,
      },
    });
  });

  it("prefers a set value to the default", () => {
    const changes = {
      STEP_UP_MAX_AGE_SECONDS: "300",
      SQLITE_FILE: "/data/backup.db",
      KEY_FILE: "/data/kek.pem",
      OUTBOX_FILE: "/data/outbox.db",
      TEXT_PREFIXES: "+44, +1876",
      TEXT_CODES_PER_HOUR: "20",
      TEXT_NOTICES_PER_HOUR: "0",
    };
    expect(readConfig({ ...good, ...changes }, { embedded: true })).toMatchObject({
      stepUpMaxAge: 300,
      store: { file: "/data/backup.db" },
      keys: { file: "/data/kek.pem" },
      notify: {
        file: "/data/outbox.db",
        textPrefixes: ["+44", "+1876"],
        textsPerHour: 20,
        noticeTextsPerHour: 0,
      },
    });
  });

  it("is refused with every wrong setting named at once, in one line, whether alone or beside others", () => {
    const message = refusal({
      PUBLIC_ORIGIN: "backup.example",
      ISSUERS: undefined,
      STEP_UP_MAX_AGE_SECONDS: "ten minutes",
      STORE: "cosmos",
      COSMOS_ENDPOINT: "nowhere",
      KEYS: "key-vault",
      KEY_VAULT_KEYS: undefined,
      SERVICE_KEY: undefined,
      KEY_FILE: "",
    });
    expect(message).not.toContain("\n");
    const told = message?.replace("wrong settings: ", "").split("; ") ?? [];
    expect(told.map((each) => each.split(":")[0]).sort()).toEqual([
      "AZURE_CLIENT_ID",
      "COSMOS_ENDPOINT",
      "ISSUERS",
      "KEY_FILE",
      "KEY_VAULT_KEYS",
      "PUBLIC_ORIGIN",
      "SERVICE_KEY",
      "STEP_UP_MAX_AGE_SECONDS",
    ]);
    expect(told).toContain("ISSUERS: missing");
    expect(told).not.toContain("PUBLIC_ORIGIN: missing");
  });

  it("is refused with every fault of a setting that has several", () => {
    const faulty = { ...issuer, kind: "guest", audience: "" };
    const message = refusal({ ISSUERS: JSON.stringify([issuer, faulty, { ...issuer, profile: "saml" }]) });
    for (const place of ["/1/kind", "/1/audience", "/2/profile"])
      expect(message).toContain(`ISSUERS${place}: `);
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
    expect(refusal({ ISSUERS: `{"${secret}` })).toBe("wrong settings: ISSUERS: not JSON");
  });
});

describe("http", () => {
  it.each(["http://127.0.0.1:7071", "http://localhost:7071", "http://[::1]:7071"])(
    "may be spoken on this machine: %s",
    (origin) => {
      const ISSUERS = JSON.stringify([{ ...issuer, jwksUri: `${origin}/dev/jwks` }]);
      expect(refusal({ PUBLIC_ORIGIN: origin, ISSUERS })).toBeUndefined();
    },
  );
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
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1310720",
    KEYS: "key-vault",
    KEY_VAULT_KEYS: "https://one.vault.azure.net/keys/backup, https://two.vault.azure.net/keys/backup",
    AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
    SERVICE_KEY: JSON.stringify([serviceKey]),
  };

  it("are named by their addresses and the identity that signs in to them", () => {
    expect(readConfig({ ...good, ...cloud, ...sending })).toMatchObject({
      managedIdentity: cloud.AZURE_CLIENT_ID,
      store: {
        driver: "cosmos",
        endpoint: cloud.COSMOS_ENDPOINT,
        database: "authenticator-backup",
        container: "owners",
        activations: "activations",
      },
      keys: {
        driver: "key-vault",
        keys: ["https://one.vault.azure.net/keys/backup", "https://two.vault.azure.net/keys/backup"],
        serviceKeys: [serviceKey],
      },
    });
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
    const other = { ...serviceKey, kek: key + version, value: "B".repeat(342) };
    for (const [at, list] of [[other], [serviceKey, other]].entries()) {
      const message = refusal({ ...cloud, SERVICE_KEY: JSON.stringify(list) });
      expect(message).toBe(`wrong settings: SERVICE_KEY/${at}/kek: no version of a key in KEY_VAULT_KEYS`);
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
      expect(read).toThrow(`wrong settings: ${line}`);
    }
    const file = { driver: "file", file: ".local/key-encryption-key.pem" };
    expect(readKeysConfig({ KEYS: "file" })).toEqual({ keys: file });
  });

  it("may be an emulator on this machine, signed in to with its key", () => {
    const emulator = { COSMOS_ENDPOINT: "http://127.0.0.1:8081", COSMOS_EMULATOR_KEY: "c2VjcmV0" };
    expect(refusal({ STORE: "cosmos", ...emulator })).toBeUndefined();
  });
});

/** A key of 256 bits. */
const accessKey = Buffer.alloc(32).toString("base64");

const sending = {
  NOTIFY: "azure",
  AZURE_CLIENT_ID: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
  NOTIFICATION_HUBS_NAMESPACE: "backup-hubs",
  NOTIFICATION_HUB: "authenticator",
  NOTIFICATION_HUBS_KEY: accessKey,
  COMMUNICATION_ENDPOINT: "https://backup.communication.azure.com",
  MAIL_SENDER: "DoNotReply@backup.example",
};

describe("what sends messages", () => {
  it("is named by its addresses, a rule with its keys, and senders", () => {
    const more = {
      NOTIFICATION_HUB_SANDBOX: "authenticator-sandbox",
      NOTIFICATION_HUBS_SECONDARY_KEY: Buffer.alloc(32, 1).toString("base64"),
      TEXT_SENDER: "+18005550100",
      TEXT_PREFIXES: "+46",
    };
    expect(readConfig({ ...good, ...sending, ...more }, { embedded: true }).notify).toEqual({
      driver: "azure",
      hubs: {
        namespace: "backup-hubs",
        production: "authenticator",
        sandbox: "authenticator-sandbox",
        rule: "send",
        keys: [accessKey, more.NOTIFICATION_HUBS_SECONDARY_KEY],
      },
      communication: {
        endpoint: sending.COMMUNICATION_ENDPOINT,
        mailSender: sending.MAIL_SENDER,
        textSender: "+18005550100",
      },
      textPrefixes: ["+46"],
      textsPerHour: 1000,
      noticeTextsPerHour: 1000,
    });
  });

  it("needs neither a sandbox, a second key, nor a number where no texts are sent", () => {
    expect(readConfig({ ...good, ...sending }, { embedded: true }).notify).toMatchObject({
      hubs: { sandbox: undefined, keys: [accessKey] },
      communication: { textSender: undefined },
    });
  });

  it("on one machine needs nothing, and takes no key of the cloud's into the configuration", () => {
    const { notify } = readConfig({ ...good, ...sending, NOTIFY: "outbox" }, { embedded: true });
    expect(JSON.stringify(notify)).not.toContain(accessKey);
  });
});

describe("the service key", () => {
  const refusalOf = (value: unknown) => refusal({ SERVICE_KEY: JSON.stringify(value) });

  it("may be left out on one machine, where a file holds it, or be set", () => {
    expect(readConfig(good, { embedded: true }).keys.serviceKeys).toBeUndefined();
    const set = { SERVICE_KEY: JSON.stringify([serviceKey]) };
    expect(readConfig({ ...good, ...set }, { embedded: true }).keys.serviceKeys).toEqual([serviceKey]);
  });

  it("may be a list of eight, newest first, of keys of up to 4,096 bits", () => {
    const list = Array.from({ length: 8 }, (_, at) => ({ ...serviceKey, value: `${at}`.repeat(683) }));
    expect(refusalOf(list)).toBeUndefined();
  });

  it("may be for references alone where it is the last of several: one that leaked serves nothing else", () => {
    const replaced = { ...serviceKey, value: "B".repeat(342), use: "references" };
    expect(refusalOf([serviceKey, replaced])).toBeUndefined();
    for (const list of [
      [replaced],
      [replaced, serviceKey],
      [replaced, replaced],
      [serviceKey, replaced, serviceKey],
    ]) {
      expect(refusalOf(list)).toContain("SERVICE_KEY: only the last of several");
    }
    expect(refusalOf([serviceKey, { ...serviceKey, use: "salt" }])).toMatch(/: SERVICE_KEY\/1\/use: /);
  });
});

describe("parts of a single machine", () => {
  const emulator = {
    STORE: "cosmos",
    COSMOS_ENDPOINT: "http://127.0.0.1:8081",
    COSMOS_EMULATOR_KEY: "c2VjcmV0",
  };
  const issuers = { ISSUERS: JSON.stringify([{ ...issuer, jwksUri: "http://127.0.0.1:7072/dev/jwks" }]) };
  const local = {
    PUBLIC_ORIGIN: "http://127.0.0.1:7071",
    ...issuers,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1310720",
  };

  it("are refused unless somebody asks for them, all at once", () => {
    const message = refusal(local, {});
    const names = message?.replace("wrong settings: ", "").split("; ");
    expect(names?.map((each) => each.split(":")[0])).toEqual([
      "STORE",
      "KEYS",
      "NOTIFY",
      "PUBLIC_ORIGIN",
      "ISSUERS/0/jwksUri",
    ]);
    expect(refusal({ ...local, ...emulator }, {})).toContain("COSMOS_ENDPOINT: an emulator");
  });

  it("are taken where the local composition root asks for them, or the host says that it runs for development", () => {
    expect(refusal(local)).toBeUndefined();
    expect(refusal({ ...local, ...emulator })).toBeUndefined();
    expect(refusal({ ...local, AZURE_FUNCTIONS_ENVIRONMENT: "Development" }, {})).toBeUndefined();
  });

  it.each(["", "development", "Development ", "Production", "Staging", "true"])(
    "are refused where the host says that it runs for %j",
    (environment) => {
      expect(refusal({ ...local, AZURE_FUNCTIONS_ENVIRONMENT: environment }, {})).toContain("STORE: sqlite");
    },
  );

  // Each plan of Azure sets others, and some of them are set elsewhere too.
  it.each([
    "WEBSITE_INSTANCE_ID",
    "WEBSITE_SITE_NAME",
    "WEBSITE_POD_NAME",
    "CONTAINER_NAME",
    "CONTAINER_APP_NAME",
    "KUBERNETES_SERVICE_HOST",
    "FUNCTIONS_WORKER_RUNTIME",
    "IDENTITY_ENDPOINT",
  ])("are neither taken nor refused for %s", (variable) => {
    expect(refusal({ ...local, [variable]: "set" }, {})).toContain("STORE: sqlite");
    expect(refusal({ ...local, [variable]: "set" })).toBeUndefined();
  });

  it("don't need the limit of a body, which is the Functions host's, and take any", () => {
    expect(refusal({ ...local, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: undefined })).toBeUndefined();
    expect(refusal({ ...local, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "104857600" })).toBeUndefined();
    expect(refusal({ ...local, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1 MiB" })).toMatch(/: FUNCTIONS_REQUEST/);
  });
});
