import fc from "fast-check";
import { expect, it } from "vitest";
import type { Refused } from "../../../local/phone/acts/problem.ts";
import type { Begun, Opened, Waits } from "../../../local/phone/acts/recovery/recovery.ts";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { MOST_DEVICES } from "../../../shared/model/device.ts";
import { LONGEST_WAIT } from "../../../shared/model/policy.ts";
import { RECOVERY_TTL } from "../../../shared/model/recovery.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import { BATCH_OPERATIONS, type Operation, type StoredItem } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { contentsOf } from "../../support/accounts.ts";
import { type Follower, follow, type Goal, type Outcome, type Told } from "../../support/follow.ts";
import {
  type PhoneSetup,
  phoneOf,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { DAY, HOUR, MINUTE } from "../stage.ts";
import { android, iPhone, iPhoneElsewhere, outcomeOf, STALE, uploadRequest } from "./stage.ts";

/** With more than two (test/model/README.md), the walks are more, and others each time. */
const DEPTH = Number(process.env.DEPTH ?? 2);

/** Who walks: phones of the owner's, of a thief's or stolen, which is all the same to the service. */
const PHONES: readonly PhoneSetup[] = [android, android, iPhone, iPhoneElsewhere, android];

const ACTS = [
  ...["register", "enable", "upload", "upload", "recover", "recover", "start-anew", "open", "open"],
  ...[
    "deny",
    "deny",
    "deny",
    "deny",
    "approve",
    "cancel",
    "revoke",
    "choose",
    "lift",
    "restore",
    "disable",
    "erase",
  ],
  ...["crowd", "hour", "day", "week", "month", "season"],
] as const;

interface Act {
  readonly act: string;
  /** The phone. */
  readonly by: number;
  readonly fresh: boolean;
  /** Of phones, recoveries, versions, numbers of accounts: which. */
  readonly which: number;
}

const act = fc.record<Act>({
  act: fc.constantFrom(...ACTS),
  by: fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, { arbitrary: fc.nat(PHONES.length - 1), weight: 3 }),
  fresh: fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, fc.constant(false)),
  which: fc.nat(5),
});

const walks = fc.record({
  acts: fc.array(act, { minLength: 4, maxLength: 24 }),
  /** The phone that the backup begins on. */
  begins: fc.nat(PHONES.length - 1),
  /** The platform and storage account of the phone that the owner buys in the end. */
  buys: fc.constantFrom(android, android, iPhone, iPhoneElsewhere),
  waits: fc.boolean(),
});

/** What most walks don't come to. */
const EXAMPLES: (typeof walks extends fc.Arbitrary<infer Walk> ? [Walk] : never)[] = [
  // Another storage account than the backup's.
  [{ acts: [], begins: 2, buys: iPhoneElsewhere, waits: true }],
  // A freeze, by the only phone that could lift it.
  [{ acts: [took("recover", 1), took("deny", 0)], begins: 0, buys: android, waits: true }],
  // All places taken: by phones on which recoveries wait, and by trusted phones.
  [{ acts: [took("crowd", 0, 5)], begins: 0, buys: android, waits: true }],
  [{ acts: [took("crowd", 0, 5)], begins: 0, buys: android, waits: false }],
];

function took(act: Act["act"], by: number, which = 0): Act {
  return { act, by, fresh: true, which };
}

const PAUSES: Readonly<Record<string, number>> = {
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  season: 90 * DAY,
};

/** Days that an owner waits at most, by what holds all places. */
const BOUNDS = { free: 44, recoveries: 65, trusted: 134 } as const;
type Bound = keyof typeof BOUNDS;

/** An owner's phones, walking. */
async function startWalk(service: TestService, owner: string) {
  const phones = await Promise.all(
    PHONES.map((setup, at) => phoneOf(service, { ...setup, owner, name: `Phone ${at}` })),
  );

  /** The recoveries of which a phone is told. */
  async function recoveriesOf(phone: TestPhone, own: boolean) {
    const status = await phone.status();
    return status.ok ? status.body.recoveries.filter(({ thisPhone }) => thisPhone === own) : [];
  }

  const acts: Readonly<Record<string, (phone: TestPhone, which: number) => Promise<unknown>>> = {
    register: (phone) => phone.register(),
    enable: (phone) => phone.enable(),
    upload: (phone, which) => upload(phone, contentsOf(which), phone.storageSecret()),
    recover: (phone) => phone.recover(),
    "start-anew": (phone) => phone.recover({ purpose: "start-anew" }),
    open: async (phone) => {
      for (const { recoveryId } of await recoveriesOf(phone, true)) await phone.open(recoveryId);
    },
    deny: async (phone, which) => {
      const others = await recoveriesOf(phone, false);
      const other = others[which % Math.max(1, others.length)];
      if (other) await phone.deny(other.recoveryId);
    },
    approve: async (phone) => {
      for (const { recoveryId } of await recoveriesOf(phone, false)) await phone.approve(recoveryId);
    },
    cancel: async (phone) => {
      for (const { recoveryId } of await recoveriesOf(phone, true)) await phone.cancel(recoveryId);
    },
    revoke: (phone, which) => phone.revoke((phones[which % phones.length] ?? phone).deviceId),
    choose: (phone, which) => phone.choosePolicy({ waitingSeconds: which % 2 ? LONGEST_WAIT : 0 }),
    lift: (phone) => phone.liftFreeze(),
    restore: (phone, which) => phone.restore(which + 1),
    disable: (phone) => phone.disable(),
    erase: (phone) => phone.erase(),
    /** As many phones as are let in within three days; none, some or all of them begin a recovery, too. */
    crowd: async (_, which) => {
      for (let count = 0; count < MOST_DEVICES; count++) {
        if (count % 9 === 0) service.advance(DAY);
        const phone = await phoneOf(service, { owner, name: `Stranger ${count}` });
        if (!(await phone.register()).ok) return;
        if (which === 5 || count < which) await phone.recover();
      }
    },
  };

  return {
    owner,
    userId: ownerOfToken((await phones[0]?.signIn()) ?? ""),
    async take({ act, by, fresh, which }: Act): Promise<void> {
      const pause = PAUSES[act];
      service.advance(pause ?? MINUTE);
      const phone = phones[by];
      if (pause !== undefined || !phone) return;
      await phone.signIn(fresh ? {} : STALE);
      if (fresh && (act === "recover" || act === "start-anew")) await phone.register();
      await acts[act]?.(phone, which);
    },
  };
}

/** Uploads, with whatever user key the phone has. */
async function upload(phone: TestPhone, contents: Contents, storageSecret?: Uint8Array): Promise<Outcome> {
  if (phone.state().userKey) return toldOf(await phone.upload(contents));
  const status = await phone.status();
  if (!status.ok) return toldOf(status);
  const { ok, problem } = outcomeOf(
    await phone.send(await uploadRequest(phone, contents, { ...(storageSecret && { storageSecret }) })),
  );
  return ok ? { done: true } : { done: false, problem: problem as Told };
}

function toldOf(result: { readonly ok: true } | Refused): Outcome {
  return result.ok ? { done: true } : { done: false, problem: result.problem };
}

/** An app on a fresh phone that reads codes, remedies and times, and keeps what it recovers. */
function appOn(phone: TestPhone, setup: PhoneSetup): Follower {
  let accounts: Contents = contentsOf(3);

  function outcomeOf(result: Opened | Begun | Waits | Refused): Outcome {
    if (!result.ok) return toldOf(result);
    if (result.contents) accounts = result.contents;
    const waits = result.body.state === "waiting";
    return { done: true, waitsUntil: waits ? result.body.releaseAt : undefined };
  }

  return {
    async ask(step) {
      switch (step.act) {
        case "register":
          return toldOf(await phone.register());
        case "enable":
          return toldOf(await phone.enable());
        case "upload":
          return await upload(phone, accounts, setup.storageSecret);
        case "erase":
          return toldOf(await phone.erase());
        case "begin":
          return outcomeOf(await phone.recover({ purpose: step.purpose }));
        case "open":
          return outcomeOf(await phone.open(step.recovery));
      }
    },
    async waiting() {
      const status = await phone.status();
      if (!status.ok) return undefined;
      return status.body.recoveries.find(({ thisPhone, state }) => thisPhone && state === "waiting")
        ?.recoveryId;
    },
  };
}

/** What holds all places. */
async function holding({ adapters }: TestService, userId: string): Promise<Bound> {
  const stored = await adapters.store.read(userId, ids.owner);
  if (!stored) return "free";
  const { devices } = parseItem(ownerKind, stored);
  return devices.every(({ trusted }) => trusted) ? "trusted" : "recoveries";
}

/** Follows the remedies on a fresh phone to the goal, and waits as it is told. @throws {Error} if it takes too long */
async function reach(
  service: TestService,
  goal: Goal,
  setup: PhoneSetup,
  { owner, userId }: { readonly owner: string; readonly userId: string },
): Promise<void> {
  const phone = await phoneOf(service, { ...setup, owner, name: "New phone" });
  const app = appOn(phone, setup);
  const start = service.now();
  let bound: Bound = "free";
  const said: string[] = [];
  const fail = (how: string): never => {
    throw new Error(`no ${goal} on ${setup.platform}: ${how}\n${said.join("\n")}`);
  };
  for (let turns = 0; turns < 12; turns++) {
    await phone.signIn();
    const turn = await follow(goal, app);
    said.push(...turn.said);
    if (turn.reached) return;
    if ("stuck" in turn) return fail(turn.stuck);
    if (turn.said.at(-1)?.endsWith("too-many-devices")) {
      bound = await holding(service, userId);
    }
    const wait = Math.max(1, Math.ceil((turn.until - service.now()) / 1000));
    said.push(`  ${(wait / DAY).toFixed(1)} days`);
    service.advance(wait);
    const days = (service.now() - start) / 1000 / DAY;
    if (days > BOUNDS[bound]) return fail(`${days.toFixed(1)} days, not ${BOUNDS[bound]}`);
  }
  return fail("a circle");
}

/** Puts back what was stored of an owner; what was spent with requests is left out. */
async function putBack(
  { adapters }: TestService,
  userId: string,
  items: readonly StoredItem[],
): Promise<void> {
  const there = await adapters.store.list(userId, "");
  const operations: Operation[] = [...there.map(({ id }): Operation => ({ kind: "delete", id }))];
  const creations = items
    .filter(({ id }) => !/^(proof|idempotency):/.test(id))
    .map(
      ({ id, body }): Operation => ({
        kind: "create",
        id,
        body,
        ...(id.startsWith("recovery:") && { ttl: RECOVERY_TTL }),
      }),
    );
  for (const all of [operations, creations]) {
    for (let at = 0; at < all.length; at += BATCH_OPERATIONS) {
      const { committed } = await adapters.store.commit(userId, all.slice(at, at + BATCH_OPERATIONS));
      expect(committed).toBe(true);
    }
  }
}

it(
  "is left behind by an owner who does what remedies say, on a fresh phone: a state that any walk reaches [G9] [G10]",
  async () => {
    // The search for leaks grows with the square of what was said.
    const service = await startService({ leaking: DEPTH > 2 });
    let walked = 0;
    await fc.assert(
      fc.asyncProperty(walks, async ({ acts, begins, buys, waits }) => {
        const walk = await startWalk(service, `walker ${walked++}`);
        const begin = ["register", "enable", "upload", ...(waits ? ["choose"] : [])];
        for (const act of begin) await walk.take(took(act, begins, 3));
        for (const act of acts) await walk.take(act);
        const state = await service.adapters.store.list(walk.userId, "");
        const now = service.now();
        await reach(service, "backup", buys, walk);
        service.advance((now - service.now()) / 1000);
        await putBack(service, walk.userId, state);
        await reach(service, "erasure", buys, walk);
      }),
      { numRuns: 10 * 4 ** Math.max(0, DEPTH - 2), ...(DEPTH <= 2 && { seed: 11 }), examples: EXAMPLES },
    );
  },
  DEPTH > 2 ? 3_600_000 : 120_000,
);
