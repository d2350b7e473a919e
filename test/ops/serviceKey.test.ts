import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { vaultServer } from "../../local/cloud/vaultServer/fixture.ts";
import { openFileKey } from "../../local/embedded/fileKey.ts";
import { openSqliteStore } from "../../local/embedded/sqlite.ts";
import { wrappedServiceKeys } from "../../shared/config/settings.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { createServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import { system } from "../../shared/system.ts";
import { temporaryFolder } from "../support/folder.ts";
import { operate } from "./operator.ts";

const OWNER = "u".repeat(43);
const BOUND = { userId: OWNER, number: 1, id: "k".repeat(22), key: new Uint8Array(32).fill(7) };

type Variables = Readonly<Record<string, string | undefined>>;

/** Something that holds a key encryption key, and a store that was begun with the service key that is made first. */
interface Place {
  readonly kek: KeyEncryptionKey;
  readonly run: (args: readonly string[], changes?: Variables) => Promise<Ran>;
}

interface Ran {
  readonly status: 0 | 1;
  readonly printed: readonly string[];
  readonly said: readonly string[];
}

/** Runs a command; every service key that there is must stay out of what it prints. */
async function runWith(
  args: readonly string[],
  variables: Variables,
  kek: KeyEncryptionKey | undefined,
  more: Parameters<typeof operate>[1] = {},
): Promise<Ran> {
  const secrets: Uint8Array[] = [];
  const { status, printed, said } = await operate(args, {
    variables,
    system: {
      ...system,
      random: (size) => {
        const bytes = system.random(size);
        secrets.push(Uint8Array.from(bytes));
        return bytes;
      },
    },
    ...more,
  });
  // Those that were there before; where the test has spoilt the setting or the key, there is nothing to find.
  if (kek && variables.SERVICE_KEY?.startsWith("[")) {
    const before = JSON.parse(variables.SERVICE_KEY) as ServiceKeyEntry[];
    const opened = await Promise.allSettled(before.map((entry) => kek.unwrap(entry)));
    secrets.push(...opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
  }
  for (const secret of secrets) {
    for (const encoding of ["base64url", "base64", "hex"] as const) {
      expect([...printed, ...said].join()).not.toContain(Buffer.from(secret).toString(encoding));
    }
  }
  return { status, printed, said };
}

function listOf(value: string): readonly ServiceKeyEntry[] {
  return wrappedServiceKeys.parse(JSON.parse(value));
}

async function keyFile(): Promise<Place & { readonly folder: string }> {
  const folder = join(await temporaryFolder(), "keys");
  const file = join(folder, "kek.pem");
  const kek = await openFileKey({ file });
  const variables = { KEYS: "file", KEY_FILE: file };
  return { folder, kek, run: (args, changes) => runWith(args, { ...variables, ...changes }, kek) };
}

async function keyVault() {
  const server = await vaultServer();
  const { vault, credential, clientOptions } = server;
  await vault("a").create("kek");
  const variables = { KEYS: "key-vault", KEY_VAULT_KEYS: "https://a.vault.azure.net/keys/kek" };
  const more = { clientOptions, openCredential: async () => credential };
  const place: Place = {
    kek: server.open(),
    run: (args, changes) => runWith(args, { ...variables, ...changes }, server.open(), more),
  };
  server.requests();
  return { ...server, ...place, variables, more };
}

/** What a command printed, and nothing besides. */
function settingOf({ status, printed, said }: Ran): string {
  expect({ status, said }).toEqual({ status: 0, said: [expect.any(String)] });
  expect(printed).toHaveLength(1);
  const [value = ""] = printed;
  expect(listOf(value).length).toBeGreaterThan(0);
  return value;
}

function refusalOf({ status, printed, said }: Ran): string {
  expect({ status, printed }).toEqual({ status: 1, printed: [] });
  return said.join("\n");
}

/** The service on one store, with one setting after the other. */
async function startStore(kek: KeyEncryptionKey) {
  const store = openSqliteStore({ file: join(await temporaryFolder(), "backup.db"), now: () => 0 });
  onTestFinished(() => store.close());
  return (setting: string) => createServiceKey({ wrapped: listOf(setting), kek, store, system });
}

describe.each<[string, () => Promise<Place>]>([
  ["on one machine", keyFile],
  ["in Key Vault", keyVault],
])("a service key %s", (_, open) => {
  it("is made, of 256 random bits, and the service opens it", async () => {
    const { kek, run } = await open();
    const setting = settingOf(await run(["service-key", "make"]));
    const [made, ...more] = listOf(setting);
    expect(more).toEqual([]);
    expect(await kek.unwrap(made ?? expect.fail())).toHaveLength(32);
    const start = await startStore(kek);
    await expect(start(setting).check()).resolves.toBeUndefined();
    expect(settingOf(await run(["service-key", "make"]))).not.toBe(setting);
  });

  it("is not made a second time where there is one, which opens every backup", async () => {
    const { run } = await open();
    const SERVICE_KEY = settingOf(await run(["service-key", "make"]));
    expect(refusalOf(await run(["service-key", "make"], { SERVICE_KEY }))).toContain("service-key replace");
  });

  it("is replaced: the newer one binds, and what the older one made stays good", async () => {
    const { kek, run } = await open();
    const before = settingOf(await run(["service-key", "make"]));
    const after = settingOf(await run(["service-key", "replace"], { SERVICE_KEY: before }));
    expect(listOf(after).slice(1)).toEqual(listOf(before));
    const start = await startStore(kek);
    const [old, both] = [start(before), start(after)];
    const { serviceKey, binding } = await old.bind(BOUND);
    expect(await both.referenceSalt(OWNER)).toBe(await old.referenceSalt(OWNER));
    expect(await both.isBound(BOUND, serviceKey, binding)).toBe(true);
    expect((await both.bind(BOUND)).serviceKey).not.toBe(serviceKey);
  });

  it("is retired: it gives references, and nothing that it made is good any more", async () => {
    const { kek, run } = await open();
    const before = settingOf(await run(["service-key", "make"]));
    const between = settingOf(await run(["service-key", "replace"], { SERVICE_KEY: before }));
    const last = settingOf(await run(["service-key", "replace"], { SERVICE_KEY: between }));
    const retired = settingOf(await run(["service-key", "retire"], { SERVICE_KEY: last }));
    const [newest, , oldest] = listOf(last);
    expect(listOf(retired)).toEqual([newest, { ...oldest, use: "references" }]);
    const start = await startStore(kek);
    const bindings = [await start(before).bind(BOUND), await start(between).bind(BOUND)];
    const service = start(retired);
    expect(await service.referenceSalt(OWNER)).toBe(await start(before).referenceSalt(OWNER));
    for (const { serviceKey, binding } of bindings) {
      expect(await service.isBound(BOUND, serviceKey, binding)).toBe(false);
    }
  });

  it("is not retired where there is no newer one", async () => {
    const { run } = await open();
    const SERVICE_KEY = settingOf(await run(["service-key", "make"]));
    expect(refusalOf(await run(["service-key", "retire"], { SERVICE_KEY }))).toContain("service-key replace");
    expect(refusalOf(await run(["service-key", "retire"]))).toContain("service-key replace");
  });

  it.each(["replace", "rewrap"])("that is missing can't be changed: %s", async (command) => {
    const { run } = await open();
    expect(refusalOf(await run(["service-key", command]))).toContain("service-key make");
  });

  it("may have seven older ones, and no more", async () => {
    const { run } = await open();
    let SERVICE_KEY = settingOf(await run(["service-key", "make"]));
    for (let more = 0; more < 7; more++) {
      SERVICE_KEY = settingOf(await run(["service-key", "replace"], { SERVICE_KEY }));
    }
    expect(listOf(SERVICE_KEY)).toHaveLength(8);
    expect(refusalOf(await run(["service-key", "replace"], { SERVICE_KEY }))).toContain("8 service keys");
  });

  it("that is malformed is a wrong setting, told without its value", async () => {
    const { run } = await open();
    for (const SERVICE_KEY of ["hunter2", '[{"kek":"hunter2"}]']) {
      const said = refusalOf(await run(["service-key", "rewrap"], { SERVICE_KEY }));
      expect(said).toMatch(/^wrong settings: SERVICE_KEY/);
      expect(said).not.toContain("hunter2");
    }
  });
});

describe("the service key of one machine", () => {
  it("is that of its file, where none is set; it is put there", async () => {
    const { folder, run } = await keyFile();
    const file = join(folder, "service-key.json");
    const made = await run(["service-key", "make"]);
    expect(made.said.join()).toContain(file);
    const before = settingOf(made);
    await mkdir(folder, { recursive: true });
    await writeFile(file, before, { mode: 0o600 });
    expect(refusalOf(await run(["service-key", "make"]))).toContain("service-key replace");
    const after = settingOf(await run(["service-key", "replace"]));
    expect(listOf(after).slice(1)).toEqual(listOf(before));
    expect(settingOf(await run(["service-key", "rewrap"]))).toBe(before);
  });
});

describe("after a rotation in the vault, a service key", () => {
  async function rotated() {
    const vault = await keyVault();
    const made = settingOf(await vault.run(["service-key", "make"]));
    const id = await vault.vault("a").create("kek");
    const both = settingOf(await vault.run(["service-key", "replace"], { SERVICE_KEY: made }));
    const before = settingOf(await vault.run(["service-key", "retire"], { SERVICE_KEY: both }));
    vault.requests();
    return { ...vault, id, before, first: listOf(made)[0] ?? expect.fail() };
  }

  it("is wrapped under the current version and is still the same; what is under it already stays", async () => {
    const { kek, run, id, before, first, vault } = await rotated();
    const ran = await run(["service-key", "rewrap"], { SERVICE_KEY: before });
    expect(ran.said.join()).toContain(`under ${id}: 1 of 2`);
    const after = listOf(settingOf(ran));
    expect(after[0]).toEqual(listOf(before)[0]);
    expect(after[1]).toMatchObject({ kek: id, use: "references" });
    const start = await startStore(kek);
    const salt = await start(before).referenceSalt(OWNER);
    // Nothing names the older version any more.
    vault("a").update(first.kek, { enabled: false });
    expect(await start(JSON.stringify(after)).referenceSalt(OWNER)).toBe(salt);
  });

  it("is not opened where it is under the current version", async () => {
    const { run, before, vault } = await rotated();
    const after = settingOf(await run(["service-key", "rewrap"], { SERVICE_KEY: before }));
    vault("a").permit("get");
    expect(settingOf(await run(["service-key", "rewrap"], { SERVICE_KEY: after }))).toBe(after);
  });

  it("stays as it is where it doesn't open, or is something else", async () => {
    const { kek, run, before, first, vault } = await rotated();
    const [newest] = listOf(before);
    const userKey = { ...(await kek.wrap(new Uint8Array(64), OWNER)), kek: first.kek };
    const changed = JSON.stringify([newest, userKey]);
    expect(refusalOf(await run(["service-key", "rewrap"], { SERVICE_KEY: changed }))).toContain(
      "SERVICE_KEY",
    );
    vault("a").update(first.kek, { enabled: false });
    expect(refusalOf(await run(["service-key", "rewrap"], { SERVICE_KEY: before }))).toContain("disabled");
  });

  it("needs the right to unwrap, which the others don't", async () => {
    const { run, before, vault } = await rotated();
    vault("a").permit("get");
    settingOf(await run(["service-key", "make"]));
    settingOf(await run(["service-key", "replace"], { SERVICE_KEY: before }));
    expect(refusalOf(await run(["service-key", "rewrap"], { SERVICE_KEY: before }))).toMatch(/^You may not/);
  });
});

describe("the operator's command line", () => {
  it("waits for the Azure CLI, which takes longer for a token than a request may", async () => {
    const { variables, more, credential } = await keyVault();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const openCredential = async () => ({
      getToken: async (...call: Parameters<typeof credential.getToken>) => {
        await vi.advanceTimersByTimeAsync(10_000);
        return await credential.getToken(...call);
      },
    });
    settingOf(await runWith(["service-key", "make"], variables, undefined, { ...more, openCredential }));
  });

  it("asks nobody for a token where the key is a file's", async () => {
    const { run } = await keyFile();
    settingOf(await run(["service-key", "make"]));
  });

  it.each([[[]], [["--help"]], [["service-key", "make", "-h"]]])("tells what there is: %j", async (args) => {
    const { status, printed } = await runWith(args, {}, undefined);
    expect(status).toBe(0);
    for (const command of ["make", "replace", "rewrap", "retire"]) {
      expect(printed.join()).toContain(`service-key ${command}`);
    }
  });

  it.each([
    [["service-key"]],
    [["service-key", "steal"]],
    [["service-key", "make", "more"]],
    [["rotates"]],
    [["service-key", "make", "--key"]],
  ])("refuses what there is not: %j", async (args) => {
    const { run } = await keyFile();
    expect(refusalOf(await run(args))).toMatch(
      /^(there is no such (command|option)|this command takes no operand): see --help$/,
    );
  });

  it("names every wrong setting of the keys, and asks for no other", async () => {
    expect(refusalOf(await runWith(["service-key", "make"], {}, undefined))).toBe(
      "wrong settings: KEYS: missing",
    );
    const vault = { KEYS: "key-vault" };
    expect(refusalOf(await runWith(["service-key", "make"], vault, undefined))).toBe(
      "wrong settings: KEY_VAULT_KEYS: missing",
    );
  });
});
