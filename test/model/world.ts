import type { Services } from "../../shared/acts/services.ts";
import type { Answer as HttpAnswer, PhoneEndpoint } from "../../shared/http/endpoint.ts";
import type { HttpRequest } from "../../shared/http/message.ts";
import type { Identity } from "../../shared/model/identity.ts";
import { currentKey, type Owner } from "../../shared/model/owner.ts";
import type { Recovery } from "../../shared/model/recovery.ts";
import { etagOf } from "../../shared/status/etag.ts";
import type { Status } from "../../shared/status/status.ts";
import type { ItemBody, Operation, Store } from "../../shared/store/port.ts";
import type { Platform, Purpose } from "../../shared/words.ts";
import type { Rules } from "./rules.ts";

// The service's own endpoints over a store that is a value: what is searched is what answers phones.

interface Item {
  readonly body: ItemBody;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** One owner as the service has them, and its clock. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What is stored, by id, but for events, notices and what is spent with a request. */
  readonly items: Readonly<Record<string, Item>>;
  /** Of those, undefined before the first phone is registered, and once erased. */
  readonly owner: Owner | undefined;
  /** How many ids there have been: the next one's name. */
  readonly drawn: number;
}

/** A phone, whoever holds it. */
export interface Phone {
  readonly id: string;
  readonly platform: Platform;
  /** The storage account that it is signed in to; iOS alone. */
  readonly storage?: string;
}

export type Move =
  | {
      readonly act:
        | "register"
        | "status"
        | "enable"
        | "lift"
        | "refresh"
        | "export"
        | "read-key"
        | "turn-off"
        | "erase";
    }
  | { readonly act: "upload"; readonly accounts: readonly string[]; readonly confirms?: boolean }
  | { readonly act: "restore"; readonly version: number }
  | { readonly act: "choose"; readonly wait: number }
  | { readonly act: "begin"; readonly purpose: Purpose; readonly version?: number }
  | { readonly act: "open" | "cancel" | "approve" | "deny"; readonly recovery: string }
  | { readonly act: "revoke"; readonly device: string };

/** A request: who asks, with a sign-in that is fresh or not, for what. */
export type Request = Move & { readonly phone: Phone; readonly fresh: boolean };

/** What a phone is told, as far as it matters here. */
interface Told {
  readonly status?: Status;
  readonly recovery?: string;
  readonly state?: "waiting" | "released";
  readonly releaseAt?: string;
  /** The numbers of the user keys that it is given. */
  readonly keys?: readonly number[];
  /** The versions that it is given. */
  readonly versions?: readonly number[];
}

/** What a phone is told that is refused. */
export interface Refusal {
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;
}

export type Answer =
  | { readonly ok: true; readonly world: World; readonly told: Told; readonly notified: readonly string[] }
  | { readonly ok: false; readonly world: World; readonly problem: Refusal };

export const START: World = {
  now: Date.parse("2026-11-22T08:00:00.000Z"),
  items: {},
  owner: undefined,
  drawn: 0,
};

export function later(world: World, milliseconds: number): World {
  return { ...world, now: world.now + milliseconds };
}

/** An id that says what it is of, in the form that the schemas ask for. */
export function idOf(what: string, number: number | string, length = 43): string {
  return `${what}-${number}`.padEnd(length, "_");
}

export function recoveryOf(world: World, id: string): Recovery | undefined {
  return read(world, `recovery:${id}`) as Recovery | undefined;
}

/** The accounts in a version that is kept. */
export function accountsIn(world: World, version: number): readonly string[] | undefined {
  const envelope = read(world, `envelope:${version}`) as
    | { readonly manifest: { readonly accounts: readonly { readonly ref: string }[] } }
    | undefined;
  return envelope?.manifest.accounts.map(({ ref }) => ref);
}

function read({ items, now }: Pick<World, "items" | "now">, id: string): ItemBody | undefined {
  const item = items[id];
  return item && now < item.expires ? item.body : undefined;
}

const USER_ID = "A".repeat(43);

/** Seconds since a sign-in that is fresh no more; one is for `stepUpMaxAge`. */
const STALE = 3000;
const MAX_AGE = 300;

/** The endpoint of an act, and what the request for it brings. */
interface Asked {
  readonly name: string;
  readonly params?: object;
  readonly headers?: object;
  readonly body?: object;
}

function asked(world: World, { phone, ...move }: Request): Asked {
  const { storage } = phone;
  const shown = storage === undefined ? {} : { storageCheck: idOf("check", storage) };
  switch (move.act) {
    case "register": {
      const sealingKey = { kty: "EC", crv: "P-256", x: USER_ID, y: USER_ID };
      return {
        name: "devices-register",
        params: { deviceId: phone.id },
        body: { name: phone.id, sealingKey },
      };
    }
    case "status":
      return { name: "backup-status", headers: {} };
    case "enable":
      return { name: "backup-enable", body: shown };
    case "upload":
      return { name: "backup-upload", ...uploadOf(world, phone, move) };
    case "read-key":
      return {
        name: "backup-key",
        headers: shown.storageCheck ? { "X-Storage-Check": shown.storageCheck } : {},
      };
    case "refresh":
      return { name: "backup-refresh" };
    case "restore":
      return { name: "backup-versions-restore", params: { version: move.version } };
    case "choose":
      return { name: "backup-policy-choose", body: { waitingSeconds: move.wait } };
    case "begin": {
      const { purpose, version } = move;
      const body = { purpose, ...(version !== undefined && { version }), ...shown, accounts: [] };
      return { name: "recoveries-begin", body };
    }
    case "open":
      return {
        name: "recoveries-open",
        params: { recoveryId: move.recovery },
        body: { ...shown, accounts: [] },
      };
    case "cancel":
    case "approve":
    case "deny":
      return { name: `recoveries-${move.act}`, params: { recoveryId: move.recovery } };
    case "lift":
      return { name: "backup-freeze-lift" };
    case "revoke":
      return { name: "devices-revoke", params: { deviceId: move.device } };
    case "export":
      return { name: "me-export" };
    case "turn-off":
      return { name: "backup-disable" };
    case "erase":
      return { name: "me-erase" };
  }
}

/** What a phone uploads that has looked at the status, and seals for what it has seen. */
function uploadOf(
  { owner, now }: World,
  { id, platform, storage }: Phone,
  { accounts, confirms = false }: Extract<Move, { act: "upload" }>,
): Pick<Asked, "headers" | "body"> {
  const backup = owner?.backup.state === "on" ? owner.backup : undefined;
  const key = backup && currentKey(backup);
  const header = {
    alg: "dir",
    enc: "A256GCM",
    kid: key?.id ?? idOf("key", 0, 22),
    uid: USER_ID,
    plt: platform,
    ver: owner?.nextVersion ?? 1,
    ssb: platform === "ios",
  };
  const sealed = Buffer.from(JSON.stringify(header)).toString("base64url");
  return {
    headers: owner ? { "If-Match": etagOf(owner, id, now) } : {},
    body: {
      envelope: `${sealed}..${"A".repeat(16)}.${Buffer.from(`${now}`).toString("base64url")}.${"A".repeat(22)}`,
      manifest: { accounts: accounts.map((ref) => ({ ref, kind: "third-party", push: false })) },
      ...(storage !== undefined && { storageCheck: idOf("check", storage) }),
      ...(confirms && backup?.current !== undefined && { replaces: backup.current }),
    },
  };
}

/** A service that answers requests to a world with the world that comes of them. */
export type Perform = (world: World, request: Request) => Promise<Answer>;

export function serviceOf({ endpoints, answerKnown }: Rules): Perform {
  const byName = new Map(endpoints.map((endpoint) => [endpoint.declaration.name, endpoint as PhoneEndpoint]));

  return async (world, request) => {
    const { phone, fresh, act } = request;
    const { name, ...input } = asked(world, request);
    const endpoint = byName.get(name);
    if (!endpoint) throw new Error(`there is no endpoint ${name}`);
    const run = running(world);
    const identity = {
      userId: USER_ID,
      issuer: { profile: "oidc", kind: "personal" },
      signedInAt: world.now / 1000 - (fresh ? 0 : STALE),
      secondFactor: false,
      boundKey: undefined,
      tokenHash: phone.id,
    } as Identity;
    const call = {
      params: {},
      query: {},
      headers: {},
      body: undefined,
      ...input,
      services: run.services,
      request: {} as HttpRequest,
      now: world.now,
      identity,
      proof: { deviceId: phone.id, id: "proof", until: Math.ceil(world.now / 1000) },
      client: { platform: phone.platform, version: "9.0.0" },
      idempotencyKey: "key",
      requestHash: () => "",
    };
    try {
      const answer = await answerKnown(endpoint, call as never);
      return { ok: true, world: run.world(), told: toldBy(act, answer), notified: run.notified };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return { ok: false, world: run.world(), problem: error };
    }
  };
}

function isRefusal(error: unknown): error is Refusal & Error {
  return error instanceof Error && "code" in error && "members" in error;
}

function toldBy(act: Move["act"], { body }: HttpAnswer): Told {
  if (act === "status") return { status: body as Status };
  const said = (body ?? {}) as {
    readonly key?: { readonly number: number };
    readonly keys?: readonly { readonly number: number }[];
    readonly items?: readonly { readonly id: string }[];
    readonly recoveryId?: string;
    readonly state?: string;
    readonly releaseAt?: string;
    readonly version?: number;
    readonly content?: unknown;
  };
  const keys = said.keys ?? (said.key ? [said.key] : []);
  if (act === "begin" || act === "open") {
    return {
      ...(said.recoveryId !== undefined && { recovery: said.recoveryId }),
      ...(said.releaseAt !== undefined && { releaseAt: said.releaseAt }),
      state: said.state === "waiting" ? "waiting" : "released",
      keys: keys.map(({ number }) => number),
      ...(said.content !== undefined && said.version !== undefined && { versions: [said.version] }),
    };
  }
  if (act !== "export" && act !== "enable" && act !== "read-key") return {};
  const versions = said.items?.flatMap(({ id }) => /^envelope:(\d+)$/.exec(id)?.[1] ?? []) ?? [];
  return { keys: keys.map(({ number }) => number), versions: versions.map(Number) };
}

/** The ports, for one request. */
function running(before: World) {
  const { now } = before;
  let { items, drawn } = before;
  const notified: string[] = [];
  const nextId = () => idOf("id", drawn++, 22);

  function commit(operations: readonly Operation[]) {
    for (const { kind, id } of operations) {
      const there = read({ items, now }, id) !== undefined;
      if (there === (kind === "create")) throw new Error(`${kind} of ${id}`);
    }
    const next = { ...items };
    for (const operation of operations) {
      const { kind, id } = operation;
      if (kind === "delete") delete next[id];
      else if (id.startsWith("notice:")) notified.push(...(operation.body.to as readonly string[]));
      else if (KEPT.test(id)) {
        const expires = operation.ttl === undefined ? Number.POSITIVE_INFINITY : now + operation.ttl * 1000;
        // Nobody repeats a request here.
        const { spent: _, ...body } = operation.body;
        next[id] = { body, expires };
      }
    }
    items = next;
    return { committed: true, etags: new Map(operations.map(({ id }) => [id, ETAG])) } as const;
  }

  const store = {
    read: async (_: string, id: string) => {
      const body = read({ items, now }, id);
      return body && { id, etag: ETAG, body };
    },
    list: async (_: string, prefix: string) =>
      Object.keys(items).flatMap((id) => {
        const body = id.startsWith(prefix) ? read({ items, now }, id) : undefined;
        return body ? [{ id, etag: ETAG, body }] : [];
      }),
    listIds: async (_: string, { without = "" }: { readonly without?: string } = {}) => ({
      items: Object.keys(items).flatMap((id) =>
        read({ items, now }, id) && !(without && id.startsWith(without)) ? [{ id, etag: ETAG }] : [],
      ),
    }),
    commit: async (_: string, operations: readonly Operation[]) => commit(operations),
  } satisfies Partial<Store>;

  const services = {
    config: { publicOrigin: "", stepUpMaxAge: MAX_AGE },
    system: { now: () => now, random: () => Buffer.from(nextId(), "base64url"), wait: async () => {} },
    store,
    // What arrives is no matter of the model: what is told is.
    delivery: { sendNow: async () => {}, sweep: async () => {} },
    // Keys are under the one version that there is.
    kek: { wrapsUnder: async () => undefined },
    serviceKey: { referenceSalt: async () => USER_ID },
    userKeys: {
      create: async (_: string, number: number) => ({
        stored: { number, id: idOf("key", number, 22), wrapped: WRAPPED, serviceKey: WRAPPER },
        key: new Uint8Array(),
      }),
      open: async () => new Uint8Array(),
    },
  };

  return {
    services: services as unknown as Services,
    notified,
    world: (): World =>
      items === before.items
        ? before
        : {
            now,
            items,
            owner: items.owner?.body as Owner | undefined,
            drawn,
          },
  };
}

const WRAPPED = { kek: "", alg: "RSA-OAEP-256", value: "" };
const WRAPPER = idOf("service", "key", 22);

const KEPT = /^(owner$|envelope:|recovery:)/;

/** Nothing comes between a read and a write here. */
const ETAG = "etag";
