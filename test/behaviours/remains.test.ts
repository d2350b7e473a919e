import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BATCH_OPERATIONS } from "../../shared/store/port.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import { expectOk, type TestPhone, type TestService } from "../support/service.ts";
import { recovered, startStage, startWithRecoveryKey, storageSecret } from "./stage.ts";

const embedded = process.env.TEST_STORE !== "cosmos";

/** What is stored of the owner, and must not be found any more once it is gone: wrapped keys and ciphertexts. */
async function secretsOf(service: TestService, phone: TestPhone): Promise<string[]> {
  const items = await partitionOf(service, phone);
  return items.flatMap(({ body }) =>
    [
      ...[...JSON.stringify(body).matchAll(/"wrapped":\{[^{}]*"value":"([^"]+)"/g)].map(
        ([, value = ""]) => value,
      ),
      ...[...JSON.stringify(body).matchAll(/"(?:wrapped|envelope)":"([^"]+)"/g)].map(([, jwe = ""]) =>
        partsOf(jwe),
      ),
    ].flat(),
  );
}

/** Of a compact JWE, what is a secret's: its ciphertext. The header says what it is for. */
function partsOf(jwe: string): string[] {
  return [jwe.split(".")[3] ?? ""];
}

/**
 * Where some of a secret is in a file of the store, as it is stored or as its bytes: SQLite lays a long text over pages
 * that lie apart, so it is sought in pieces.
 */
async function foundIn(folder: string, secrets: readonly string[]): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of files.filter((file) => file.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const there = secrets.filter((secret) => piecesOf(secret).some((piece) => bytes.includes(piece)));
    if (there.length > 0) found.push(`${entry.name}: ${there.length}`);
  }
  return found;
}

const PIECE = 32;

function piecesOf(secret: string): Buffer[] {
  return [Buffer.from(secret), Buffer.from(secret, "base64url")].flatMap((bytes) => {
    const count = Math.floor(bytes.length / PIECE);
    return Array.from({ length: count }, (_, at) => bytes.subarray(at * PIECE, (at + 1) * PIECE));
  });
}

describe.runIf(embedded)("what was destroyed, while the service runs on", () => {
  it("is found by this search as long as it is there", async () => {
    const { service, old } = await startStage();
    const secrets = await secretsOf(service, old);
    expect(secrets).toHaveLength(2);
    expect(await foundIn(service.folder, secrets)).not.toEqual([]);
  });

  it("is in no file of the store after turning off [F2]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    for (let uploads = 0; uploads < 3; uploads++) expectOk(await next.upload(contents));
    const secrets = await secretsOf(service, old);
    expect(secrets.length).toBeGreaterThan(4);
    expectOk(await old.disable());
    expect(await foundIn(service.folder, secrets)).toEqual([]);
  });

  it("is in no file of the store after an erasure, one of many commits too [F2] [H7]", async () => {
    const { service, old } = await startStage();
    for (let uploads = 0; uploads < BATCH_OPERATIONS; uploads++) expectOk(await old.upload(contents));
    const secrets = await secretsOf(service, old);
    expectOk(await old.erase());
    expect(await foundIn(service.folder, secrets)).toEqual([]);
  });

  it("is in no file of the store when a version was thinned out of the history [F2]", async () => {
    const { service, old } = await startStage();
    const before = await secretsOf(service, old);
    for (let uploads = 0; uploads < 14; uploads++) expectOk(await old.upload(contents));
    const after = new Set(await secretsOf(service, old));
    const gone = before.filter((secret) => !after.has(secret));
    expect(gone).toHaveLength(1);
    expect(await foundIn(service.folder, gone)).toEqual([]);
  });

  it("is in no file of the store when a user key was dropped [F2]", async () => {
    const { service, old, next } = await startStage();
    await recovered(next);
    const between = async (act: () => Promise<{ readonly ok: boolean }>) => {
      const before = await secretsOf(service, old);
      expectOk(await act());
      const after = new Set(await secretsOf(service, old));
      return before.filter((secret) => !after.has(secret));
    };
    // Each revocation begins a new key; the one before it, which nothing was uploaded under, is dropped.
    expect(await between(() => old.revoke(next.deviceId))).toEqual([]);
    await next.signIn();
    expectOk(await next.register());
    await recovered(next);
    const gone = await between(() => old.revoke(next.deviceId));
    expect(gone).toHaveLength(1);
    expect(await foundIn(service.folder, gone)).toEqual([]);
  });

  it("is in no file of the store when a recovery key was replaced or removed [F2] [H9]", async () => {
    const { service, old } = await startWithRecoveryKey();
    const first = await secretsOf(service, old);
    expectOk(await old.setRecoveryKey());
    const second = await secretsOf(service, old);
    const replaced = first.filter((secret) => !second.includes(secret));
    expect(replaced).toHaveLength(1);
    expect(await foundIn(service.folder, replaced)).toEqual([]);
    expectOk(await old.removeRecoveryKey());
    const third = await secretsOf(service, old);
    const removed = second.filter((secret) => !third.includes(secret));
    expect(removed).toHaveLength(1);
    expect(await foundIn(service.folder, removed)).toEqual([]);
    expect(await foundIn(service.folder, [Buffer.from(storageSecret).toString("base64url")])).toEqual([]);
  });
});
