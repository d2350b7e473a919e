import { generateKeyPairSync, webcrypto } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AzureCliCredential, ManagedIdentityCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { vaultServer } from "../../local/cloud/vaultServer/fixture.ts";
import { openFileKey } from "../../local/embedded/fileKey.ts";
import { openServiceKeyFile } from "../../local/embedded/serviceKeyFile.ts";
import { Unusable } from "../../local/embedded/unusable.ts";
import { openKeyVault } from "../../shared/keys/keyVault.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { system } from "../../shared/system.ts";
import { temporaryFolder } from "../support/folder.ts";
import { keyContract } from "./keys.ts";

async function temporaryFile(): Promise<string> {
  return join(await temporaryFolder(), "keys", "kek.pem");
}

async function openTemporaryKey(): Promise<KeyEncryptionKey> {
  return await openFileKey({ file: await temporaryFile() });
}

keyContract("file key", async () => {
  const file = await temporaryFile();
  return {
    key: await openFileKey({ file }),
    another: () => openFileKey({ file }),
    foreign: openTemporaryKey,
  };
});

keyContract("Key Vault", async () => {
  const { vault, open } = await vaultServer();
  await Promise.all([vault("a").create("kek"), vault("b").create("kek")]);
  return {
    key: open({ vaults: ["a"] }),
    another: async () => open({ vaults: ["a"] }),
    foreign: async () => open({ vaults: ["b"] }),
  };
});

const { KEY_VAULT_KEYS, KEY_VAULT_CREDENTIAL, AZURE_CLIENT_ID } = process.env;

// Needs KEY_VAULT_KEYS, separated by commas, and an identity: the app's own, or with KEY_VAULT_CREDENTIAL=az the
// developer's, as the Azure CLI signed them in.
describe.skipIf(!KEY_VAULT_KEYS)("in Azure", () => {
  const openReal = async () =>
    openKeyVault({
      keys: KEY_VAULT_KEYS?.split(",") ?? [],
      credential:
        KEY_VAULT_CREDENTIAL === "az"
          ? new AzureCliCredential()
          : new ManagedIdentityCredential({ clientId: AZURE_CLIENT_ID ?? "" }),
      system,
    });
  keyContract("Key Vault", async () => ({
    key: await openReal(),
    another: openReal,
    foreign: openTemporaryKey,
  }));
});

describe("file key's file", () => {
  it("is for its user alone, and so is its folder, which holds nothing else", async () => {
    const file = await temporaryFile();
    await openFileKey({ file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(file))).toEqual(["kek.pem"]);
  });

  it("is one and the same for all that start at once", async () => {
    const file = await temporaryFile();
    const keys = await Promise.all(Array.from({ length: 8 }, () => openFileKey({ file })));
    const wrapped = await Promise.all(keys.map((key) => key.wrap(new Uint8Array(32), "owner")));
    expect(new Set(wrapped.map(({ kek }) => kek)).size).toBe(1);
    expect(await readdir(dirname(file))).toEqual(["kek.pem"]);
  });

  it("is never written again", async () => {
    const file = await temporaryFile();
    await openFileKey({ file });
    const before = await readFile(file);
    await openFileKey({ file });
    expect(await readFile(file)).toEqual(before);
  });

  it.each(["640", "604", "660", "601"])(
    "is refused with mode %s, and how to close it is told",
    async (mode) => {
      const file = await temporaryFile();
      await openFileKey({ file });
      await chmod(file, Number.parseInt(mode, 8));
      await expect(openFileKey({ file })).rejects.toThrow(`chmod 600 ${file}`);
    },
  );

  it.each([
    ["isn't PEM", "secret"],
    ["holds an EC key", pem(generateKeyPairSync("ec", { namedCurve: "P-256" }))],
    ["holds an RSA key that only signs", pem(generateKeyPairSync("rsa-pss", { modulusLength: 2048 }))],
    ["holds a shorter RSA key", pem(generateKeyPairSync("rsa", { modulusLength: 1024 }))],
  ])("is refused, without a word of its content, where it %s", async (_, content) => {
    const file = join(await temporaryFolder(), "kek.pem");
    await writeFile(file, content, { mode: 0o600 });
    const refused = `the key file ${file} holds no RSA private key of 2048 bits in PEM; put a copy back`;
    await expect(openFileKey({ file })).rejects.toThrow(new Unusable(refused));
  });

  it("opens what it wrapped in any other implementation of RSA-OAEP-256", async () => {
    const file = await temporaryFile();
    const { value } = await (await openFileKey({ file })).wrap(Buffer.from("user key"), "owner");
    const der = Buffer.from((await readFile(file, "utf8")).replace(/-----.*-----|\n/g, ""), "base64");
    const algorithm = { name: "RSA-OAEP", hash: "SHA-256" };
    const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["decrypt"]);
    const opened = await webcrypto.subtle.decrypt(algorithm, key, Buffer.from(value, "base64url"));
    expect(Buffer.from(opened).toString()).toBe("user key");
  });
});

describe("the service key's file", () => {
  async function setUp() {
    const kek = await openTemporaryKey();
    const file = join(await temporaryFolder(), "keys", "service-key.json");
    return { kek, file, open: () => openServiceKeyFile({ file, kek, random: system.random }) };
  }

  it("is made for its user alone, beside nothing else, and never written again", async () => {
    const { file, open } = await setUp();
    const made = await open();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(dirname(file))).toEqual(["service-key.json"]);
    const before = await readFile(file);
    expect(await open()).toEqual(made);
    expect(await readFile(file)).toEqual(before);
  });

  it("holds 256 random bits, wrapped, in the form of the setting", async () => {
    const { kek, file, open } = await setUp();
    const [wrapped, ...more] = await open();
    expect(more).toEqual([]);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual([wrapped]);
    const key = await kek.unwrap(wrapped ?? expect.fail("no key"));
    expect(key).toHaveLength(32);
    const other = await setUp();
    const [another] = await other.open();
    expect(await other.kek.unwrap(another ?? expect.fail("no key"))).not.toEqual(key);
    expect(await readFile(file, "utf8")).not.toContain(Buffer.from(key).toString("base64url"));
  });

  it("is one and the same for all that start at once", async () => {
    const { file, open } = await setUp();
    const opened = await Promise.all(Array.from({ length: 8 }, open));
    expect(new Set(opened.map(([wrapped]) => wrapped?.value)).size).toBe(1);
    expect(await readdir(dirname(file))).toEqual(["service-key.json"]);
  });

  it("is made where a start that was killed has left a draft", async () => {
    const { file, open } = await setUp();
    await mkdir(dirname(file));
    await writeFile(`${file}.draft`, "[", { mode: 0o600 });
    expect(await open()).toHaveLength(1);
  });

  it("is refused where others can read it, and how to close it is told", async () => {
    const { file, open } = await setUp();
    await open();
    await chmod(file, 0o640);
    await expect(open()).rejects.toThrow(`chmod 600 ${file}`);
  });

  it.each(["", "[", "[]", "{}", '[{"kek":"secret"}]'])(
    "is refused, without a word of its content, where it holds %j, and stays",
    async (content) => {
      const { file, open } = await setUp();
      await mkdir(dirname(file));
      await writeFile(file, content, { mode: 0o600 });
      await expect(open()).rejects.toThrow(
        new Unusable(`the file ${file} holds no wrapped service key; put a copy back`),
      );
      expect(await readFile(file, "utf8")).toBe(content);
    },
  );
});

function pem({ privateKey }: ReturnType<typeof generateKeyPairSync>): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
