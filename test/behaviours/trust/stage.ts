import { expect } from "vitest";
import type { Adapters } from "../../../functions/compose/services.ts";
import type { Answer } from "../../../local/phone/acts/problem.ts";
import { makeUpload } from "../../../local/phone/acts/upload.ts";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import { contentKey } from "../../../local/phone/protocol/contentKey.ts";
import { openEnvelope } from "../../../local/phone/protocol/envelope.ts";
import type { BackupOn, Owner } from "../../../shared/model/owner.ts";
import type { Version } from "../../../shared/model/version.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { system } from "../../../shared/system.ts";
import { userIdOf } from "../../support/partition.ts";
import {
  expectOk,
  type PhoneSetup,
  problemOf,
  type ServiceOptions,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { DAY, newPhone, recovered } from "../stage.ts";

/** What a recovery that starts anew is for. */
export const anew = { purpose: "start-anew" } as const;

/** A sign-in that no longer counts as recent: all that comes with a stolen phone. */
export const STALE = { signedInSecondsAgo: 3000 };

/** Seconds that a freeze lasts. */
export const FREEZE = 30 * DAY;

/** Seconds after its release in which a recovery can be denied. */
export const DENIABLE = 14 * DAY;

/** An iPhone in an iCloud account, one in another, and a phone of the other platform. */
export const iPhone = { platform: "ios", storageSecret: new Uint8Array(32).fill(7) } as const;
export const iPhoneElsewhere = { platform: "ios", storageSecret: new Uint8Array(32).fill(8) } as const;
export const android = { platform: "android" } as const;

/** A new phone on which the owner recovers at once. */
export async function trustedPhone(service: TestService, setup: PhoneSetup = {}): Promise<TestPhone> {
  const phone = await newPhone(service, setup);
  await recovered(phone);
  return phone;
}

/** The clock goes on; whoever holds these phones has no fresh sign-in. */
export async function laterStale(
  service: TestService,
  seconds: number,
  ...phones: readonly TestPhone[]
): Promise<void> {
  service.advance(seconds);
  for (const phone of phones) await phone.signIn(STALE);
}

/** Another instance of the service over the same store, with a clock of its own. */
export async function anotherInstance(
  first: TestService,
  { wrap = (adapters) => adapters, ...options }: ServiceOptions = {},
): Promise<TestService> {
  return await startService({
    ...options,
    settings: { SERVICE_KEY: first.serviceKey },
    wrap: ({ store: own }) =>
      wrap({ ...first.adapters, store: { ...first.adapters.store, close: () => own.close() } }),
  });
}

/** What is stored of the phone's owner, but for spent proofs: each request has another. */
export async function ownerOf({ adapters }: TestService, phone: TestPhone): Promise<Owner> {
  const stored = await adapters.store.read(userIdOf(phone), ids.owner);
  if (!stored) throw new Error("the owner is erased");
  const { spent: _, ...owner } = parseItem(ownerKind, stored);
  return owner;
}

export async function backupOf(service: TestService, phone: TestPhone): Promise<BackupOn> {
  const { backup } = await ownerOf(service, phone);
  if (backup.state !== "on") throw new Error(`the backup is ${backup.state}`);
  return backup;
}

/** The numbers of the versions that are kept, newest first. */
export async function keptOf(service: TestService, phone: TestPhone): Promise<number[]> {
  return (await backupOf(service, phone)).versions.map(({ version }) => version);
}

/** The owner's phones by name, those that are trusted with a star. */
export async function phonesOf(phone: TestPhone): Promise<string[]> {
  const listed = await phone.devices();
  expectOk(listed);
  return listed.body.devices.map(({ name, trusted }) => `${name}${trusted ? "*" : ""}`);
}

/** What each act comes to: `ok`, or the code of its problem. */
export async function codesOf(
  acts: Readonly<Record<string, () => Promise<{ readonly ok: boolean }>>>,
): Promise<Record<string, string>> {
  const codes: Record<string, string> = {};
  for (const [name, act] of Object.entries(acts)) {
    const result = await act();
    codes[name] = result.ok ? "ok" : problemOf(result).code;
  }
  return codes;
}

interface UploadWish {
  /** The version that the owner is said to have agreed to replace. */
  readonly replaces?: number;
  /** Of an iPhone. */
  readonly storageSecret?: Uint8Array;
}

/** A request to upload on what is there, from a phone that has not the user key: the envelope opens with another. */
export async function uploadRequest(
  phone: TestPhone,
  contents: Contents,
  { replaces, storageSecret }: UploadWish = {},
) {
  const status = await phone.status();
  expectOk(status);
  const { nextVersion } = status.body;
  const on = status.body.state === "on" ? status.body : undefined;
  const etag = on?.current ? status.headers.get("ETag") : undefined;
  const { headers, body } = await makeUpload({
    contents,
    state: {
      ...phone.state(),
      userKey: { id: on?.key.id ?? "k".repeat(22), value: "A".repeat(43) },
      backup: { nextVersion, ...(etag && { etag }) },
    },
    platform: storageSecret ? "ios" : "android",
    storageSecret,
    system: { now: () => 0, random: system.random },
  });
  return {
    method: "PUT",
    path: "/v1/backup",
    headers,
    body: { ...body, ...(replaces !== undefined && { replaces }) },
  };
}

/** Sends that request. */
export async function uploadWithoutKey(phone: TestPhone, contents: Contents, wish: UploadWish = {}) {
  return outcomeOf(await phone.send(await uploadRequest(phone, contents, wish)));
}

/** An answer to a request that was not an act of the phone's. */
export function outcomeOf({ status, body }: Answer) {
  return { ok: status < 400, status, problem: body as Readonly<Record<string, unknown>> };
}

/** Whether the user key that a phone keeps opens a stored version of Android phones, whoever gave it the ciphertext. */
export async function opens(service: TestService, phone: TestPhone, version: Version): Promise<boolean> {
  const { userKey } = phone.state();
  const userId = userIdOf(phone);
  const stored = await service.adapters.store.read(userId, ids.envelope(version.version));
  if (!userKey || !stored) throw new Error("there is nothing to open, or nothing to open it with");
  const envelope = String(stored.body.envelope);
  const header = JSON.parse(Buffer.from(envelope.split(".")[0] ?? "", "base64url").toString());
  const key = contentKey({ userKey: Buffer.from(userKey.value, "base64url"), userId, platform: "android" });
  return await openEnvelope(envelope, key, header).then(
    () => true,
    () => false,
  );
}

type Held = "commit" | "recovery";

/** Holds back one instance: its commits, for what comes between a read and a write, or its second read. */
export function holdingCommits() {
  let next: { readonly at: Held; readonly come: () => void; readonly go: Promise<void> } | undefined;
  async function hold(at: Held): Promise<void> {
    if (next?.at !== at) return;
    const { come, go } = next;
    next = undefined;
    come();
    await go;
  }
  return {
    wrap: ({ store, kek, ...rest }: Adapters): Adapters => ({
      ...rest,
      kek,
      store: {
        ...store,
        commit: async (...call) => {
          await hold("commit");
          return await store.commit(...call);
        },
        read: async (partition, id) => {
          if (id.startsWith("recovery:")) await hold("recovery");
          return await store.read(partition, id);
        },
      },
    }),
    /** Runs `act` up to its first commit, or to where it reads a recovery, then `between`, then the rest. */
    async around<A, B>(
      act: () => Promise<A>,
      between: () => Promise<B>,
      at: Held = "commit",
    ): Promise<readonly [A, B]> {
      const [come, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      next = { at, come: come.resolve, go: go.promise };
      const acting = act();
      await come.promise;
      const inBetween = await between();
      go.resolve();
      return [await acting, inBetween];
    },
  };
}

/** Fails where the parts of what is stored could not be of one state of the owner. */
export async function expectConsistent({ adapters }: TestService, phone: TestPhone): Promise<void> {
  const items = await adapters.store.list(userIdOf(phone), "");
  const stored = items.find(({ id }) => id === ids.owner);
  if (!stored) throw new Error("the owner is erased");
  const { backup, devices, recoveries, nextVersion, nextKey } = parseItem(ownerKind, stored);
  const phones = devices.map(({ deviceId }) => deviceId);
  expect(new Set(phones).size).toBe(phones.length);
  for (const { device, state } of recoveries)
    if (state === "waiting") expect(phones).toContain(device.deviceId);
  if (backup.state !== "on") return;
  const { keys, versions, current, recoveryKey } = backup;
  const numbers = versions.map(({ version }) => version);
  const envelopes = items.flatMap(({ id }) => /^envelope:(\d+)$/.exec(id)?.[1] ?? []).map(Number);
  expect(numbers).toEqual(envelopes.toSorted((a, b) => b - a));
  if (current !== undefined) expect(numbers).toContain(current);
  expect(Math.max(0, ...numbers)).toBeLessThan(nextVersion);
  const named = [...versions.map(({ key }) => key), ...(recoveryKey ? [recoveryKey.key] : [])];
  const there = keys.map(({ number }) => number);
  expect(there).toEqual([...new Set([...named, there.at(-1)])].toSorted((a, b) => Number(a) - Number(b)));
  expect(Math.max(...there)).toBeLessThan(nextKey);
}
