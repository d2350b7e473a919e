import { generateKeyPairSync, webcrypto } from "node:crypto";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AzureCliCredential, ManagedIdentityCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { vaultServer } from "../../local/cloud/vaultServer/fixture.ts";
import { openFileKey } from "../../local/embedded/fileKey.ts";
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
    const refused = `the key file ${file} holds no RSA private key of 2048 bits in PEM`;
    await expect(openFileKey({ file })).rejects.toThrow(new Error(refused));
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

function pem({ privateKey }: ReturnType<typeof generateKeyPairSync>): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
