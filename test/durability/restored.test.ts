import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { type LocalService, startLocalService } from "../../local/host/localService.ts";
import { createPhone, type Phone } from "../../local/phone/acts/phone.ts";
import { verifyActivity } from "../../local/phone/protocol/verifyActivity.ts";
import { system } from "../../shared/system.ts";
import { contents } from "../support/accounts.ts";
import { temporaryFolder } from "../support/folder.ts";
import { expectOk, problemOf } from "../support/service.ts";

// The rehearsal of docs/operations.md, Restoring a database: a backup of the database file, put in the place of the
// database of a service that went on since.

/** Kept apart from the database: none of them is in its backup. */
const KEYS = ["key-encryption-key.pem", "service-key.json", "issuer.json"];

async function started(folder: string, port?: number): Promise<LocalService> {
  const service = await startLocalService({ folder, port, system, log: () => {} });
  onTestFinished(() => service.close().catch(() => {}));
  return service;
}

/** The same phone, with what it keeps, whatever database is behind the service's address. */
async function phoneAt({ origin, issuer }: LocalService, name: string, state?: ReturnType<Phone["state"]>) {
  return await createPhone({
    origin,
    platform: "android",
    version: "6.8.0",
    name,
    state,
    token: () => issuer.sign({ owner: "alice" }),
  });
}

/** A backup while the service runs, as an operator would make one of a database file. */
async function backedUp(folder: string): Promise<string> {
  const copy = join(await temporaryFolder(), "backup.db");
  const database = new DatabaseSync(join(folder, "backup.db"), { readOnly: true });
  await backup(database, copy);
  database.close();
  return copy;
}

async function restored(from: string, copy: string): Promise<string> {
  const folder = join(await temporaryFolder(), "restored");
  await mkdir(folder);
  await cp(copy, join(folder, "backup.db"));
  for (const file of KEYS) await cp(join(from, file), join(folder, file));
  return folder;
}

const versionsOf = async (phone: Phone) => {
  const versions = await phone.versions();
  expectOk(versions);
  return versions.body.versions.map(({ version }) => version);
};

const headOf = async (phone: Phone) => {
  const activity = await phone.activity();
  expectOk(activity);
  const { events, head } = activity.body;
  expect(verifyActivity(events, head)).toMatchObject({ intact: true });
  return head;
};

it("brings back what was acknowledged before the backup, and loses, for phones to see, what came after", async () => {
  const folder = await temporaryFolder();
  const before = await started(folder);
  const port = Number(new URL(before.origin).port);
  const old = await phoneAt(before, "Old phone");
  for (const act of [old.register, old.enable]) expectOk(await act());
  expectOk(await old.upload(contents));
  const copy = await backedUp(folder);
  const headThen = await headOf(old);

  // What comes after the backup, each of it acknowledged: an upload, and a thief who is stopped.
  expectOk(await old.upload(contents));
  expect(await versionsOf(old)).toEqual([2, 1]);
  const thief = await phoneAt(before, "Thief's phone");
  expectOk(await thief.register());
  expectOk(await old.revoke(thief.deviceId));
  expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });
  const headNow = await headOf(old);
  expect(headNow.number).toBeGreaterThan(headThen.number);
  await before.close();

  const after = await started(await restored(folder, copy), port);
  expect((await fetch(`${after.origin}/v1/ready`)).status).toBe(200);

  // Of before: registered as ever, and the backup opens, on a new phone as well.
  const same = await phoneAt(after, "Old phone", old.state());
  expectOk(await same.status());
  expect(await versionsOf(same)).toEqual([1]);
  // What came after is gone. The record is whole, and its head is behind what the phone has seen: so it can tell.
  expect(await headOf(same)).toEqual(headThen);
  const next = await phoneAt(after, "New phone");
  expectOk(await next.register());
  const recovered = await next.recover();
  expectOk(recovered);
  expect("contents" in recovered ? recovered.contents : undefined).toEqual(contents);

  // Nobody knows of the thief's phone any more, neither that it was there nor that it was revoked.
  expect(problemOf(await thief.status())).toMatchObject({ code: "device-not-registered" });

  // What the phone built on is no longer there: it is refused, asks, and goes on.
  const stale = await phoneAt(after, "Old phone", old.state());
  expect(problemOf(await stale.upload(contents))).toMatchObject({ status: 412 });
  expectOk(await stale.status());
  expectOk(await stale.upload(contents));
  expect(await versionsOf(same)).toEqual([2, 1]);
});

it("brings nothing back to whoever has the database alone, without the keys", async () => {
  const folder = await temporaryFolder();
  const before = await started(folder);
  const old = await phoneAt(before, "Old phone");
  for (const act of [old.register, old.enable]) expectOk(await act());
  expectOk(await old.upload(contents));
  const copy = await backedUp(folder);
  await before.close();
  const elsewhere = join(await temporaryFolder(), "elsewhere");
  await mkdir(elsewhere);
  await cp(copy, join(elsewhere, "backup.db"));
  // It says that the keys are gone, and makes no new ones in their place.
  await expect(started(elsewhere)).rejects.toThrow("are gone");
});
