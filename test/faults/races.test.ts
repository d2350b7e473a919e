import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPhone, type Phone } from "../../local/phone/acts/phone.ts";
import type { Result } from "../../local/phone/acts/problem.ts";
import type { PhoneOptions } from "../../local/phone/acts/session.ts";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import { MOST_DEVICES } from "../../shared/model/device.ts";
import { system } from "../../shared/system.ts";
import { contents } from "../support/accounts.ts";
import { expectOk, START } from "../support/service.ts";
import { type Data, makeSqliteData } from "./data.ts";
import { type FaultyService, ORIGIN, startFaultyService } from "./faultyService.ts";
import { maskVarying, readPartition, shapeOf } from "./partition.ts";

// Two instances of the service on one store: what two phones do at the same moment is as if one had come after the other.

type Call = () => Promise<Result<unknown>>;
type Side = "first" | "second";

/** Gives phones of one owner; each asks one of the two instances. */
interface Stage {
  readonly phone: (at: Side, options?: Partial<PhoneOptions>) => Promise<Phone>;
  readonly wait: (seconds: number) => void;
}

/** What two phones do, each on an instance of its own. */
type Pair = (stage: Stage) => Promise<Readonly<Record<Side, Call>>>;

/** In seconds. */
const WAIT = 60;
const DAY = 24 * 60 * 60;

let data: Data;
let instances: Readonly<Record<Side, FaultyService>>;
let time = START;
let owners = 0;

/** While two requests race: they commit in this order, once both have read. */
let race:
  | { readonly order: readonly Side[]; readonly arrived: Set<Side>; readonly both: () => void }
  | undefined;
let bothHaveRead: Promise<void> = Promise.resolve();
let firstIsDone: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  data = await makeSqliteData(() => time);
  const start = (side: Side, others?: FaultyService) =>
    startFaultyService({
      open: data.open,
      system: { ...system, now: () => time },
      ...(others && { others }),
      faults: {
        plan: () => undefined,
        turn: async (call) => {
          if (!race || call?.operation !== "commit") return;
          race.arrived.add(side);
          if (race.arrived.size === 2) race.both();
          await bothHaveRead;
          if (side !== race.order[0]) await firstIsDone;
        },
        later: () => {},
      },
    });
  const first = await start("first");
  instances = { first, second: await start("second", first) };
});

afterAll(async () => {
  await instances.first.close();
  await instances.second.close();
  await data.remove();
});

/** Two phones' acts on an owner of their own, and what is stored of that one. */
async function prepare(pair: Pair) {
  const owner = `owner ${++owners}`;
  const { issuer } = instances.first;
  const phone: Stage["phone"] = async (at, options) => {
    const token = await issuer.sign({ owner });
    return await createPhone({
      origin: ORIGIN,
      platform: "android",
      version: "6.8.0",
      name: at,
      token: async () => token,
      fetch: instances[at].fetch,
      system: { ...system, now: () => time },
      ...options,
    });
  };
  const wait: Stage["wait"] = (seconds) => {
    time += seconds * 1000;
  };
  wait(60);
  const calls = await pair({ phone, wait });
  const userId = ownerOfToken(await issuer.sign({ owner }));
  return {
    calls,
    stored: async () => {
      const items = await (await instances.first.adapters()).store.list(userId, "");
      readPartition(items, time);
      return shapeOf(items);
    },
  };
}

const said = (result: Result<unknown>) => (result.ok ? maskVarying(result.body) : result.problem.code);

/** What comes of it where the one comes after the other. */
async function inTurn(pair: Pair, [one, other]: readonly [Side, Side]) {
  const { calls, stored } = await prepare(pair);
  const answers = { [one]: said(await calls[one]()), [other]: said(await calls[other]()) };
  return { answers, stored: await stored() };
}

/** What comes of it where both have read before either commits. */
async function atOnce(pair: Pair, order: readonly [Side, Side]) {
  const { calls, stored } = await prepare(pair);
  const [one, other] = order;
  const gate = Promise.withResolvers<void>();
  bothHaveRead = gate.promise;
  race = { order, arrived: new Set(), both: gate.resolve };
  const winning = calls[one]();
  firstIsDone = winning;
  const losing = calls[other]();
  const answers = { [one]: said(await winning), [other]: said(await losing) };
  race = undefined;
  return { answers, stored: await stored() };
}

async function trusted({ phone }: Stage, at: Side): Promise<Phone> {
  const made = await phone(at);
  expectOk(await made.register());
  expectOk(await made.recover());
  return made;
}

/** An owner's first phone with a version, on the first instance. */
async function old({ phone }: Stage): Promise<Phone> {
  const made = await phone("first");
  expectOk(await made.register());
  expectOk(await made.enable());
  expectOk(await made.upload(contents));
  return made;
}

/** A recovery on the second instance that waits. */
async function waiting(stage: Stage, purpose: "recover" | "start-anew" = "recover") {
  const first = await old(stage);
  expectOk(await first.choosePolicy({ waitingSeconds: WAIT }));
  const fresh = await stage.phone("second");
  expectOk(await fresh.register());
  const begun = await fresh.recover({ purpose });
  expectOk(begun);
  return { first, fresh, recoveryId: begun.body.recoveryId };
}

/** The same, and its wait is over. */
async function waited(stage: Stage, purpose?: "recover" | "start-anew") {
  const recovery = await waiting(stage, purpose);
  stage.wait(WAIT);
  return recovery;
}

const pairs: Readonly<Record<string, Pair>> = {
  "a recovery is denied, and opened": async (stage) => {
    const { first, fresh, recoveryId } = await waited(stage);
    return { first: () => first.deny(recoveryId), second: () => fresh.open(recoveryId) };
  },
  "starting anew is denied, and opened": async (stage) => {
    const { first, fresh, recoveryId } = await waited(stage, "start-anew");
    return { first: () => first.deny(recoveryId), second: () => fresh.open(recoveryId) };
  },
  "a recovery is approved, and cancelled": async (stage) => {
    const { first, fresh, recoveryId } = await waiting(stage);
    return { first: () => first.approve(recoveryId), second: () => fresh.cancel(recoveryId) };
  },
  "a freeze is lifted, and another recovery is denied": async (stage) => {
    const first = await old(stage);
    const second = await trusted(stage, "second");
    expectOk(await first.choosePolicy({ waitingSeconds: WAIT }));
    const begun = [];
    for (let count = 0; count < 2; count++) {
      const thief = await stage.phone("first");
      expectOk(await thief.register());
      const recovery = await thief.recover();
      expectOk(recovery);
      begun.push(recovery.body.recoveryId);
    }
    const [one = "", another = ""] = begun;
    expectOk(await first.deny(one));
    return { first: () => first.liftFreeze(), second: () => second.deny(another) };
  },
  "a phone is revoked, and uploads": async (stage) => {
    const first = await old(stage);
    const second = await trusted(stage, "second");
    expectOk(await second.status());
    return { first: () => first.revoke(second.deviceId), second: () => second.upload(contents) };
  },
  "each of two phones is revoked by the other": async (stage) => {
    const first = await old(stage);
    const second = await trusted(stage, "second");
    return { first: () => first.revoke(second.deviceId), second: () => second.revoke(first.deviceId) };
  },
  "a phone uploads, and another one starts anew": async (stage) => {
    const first = await old(stage);
    const second = await stage.phone("second");
    expectOk(await second.register());
    return {
      first: () => first.upload(contents),
      second: () => second.recover({ purpose: "start-anew" }),
    };
  },
  "a phone turns backup off, and another one recovers": async (stage) => {
    const first = await old(stage);
    const second = await stage.phone("second");
    expectOk(await second.register());
    return { first: () => first.disable(), second: () => second.recover() };
  },
  "two phones turn backup on": async ({ phone }) => {
    const [first, second] = [await phone("first"), await phone("second")];
    expectOk(await first.register());
    expectOk(await second.register());
    return { first: () => first.enable(), second: () => second.enable() };
  },
  "two phones register for the last place": async (stage) => {
    await old(stage);
    for (let count = 1; count < MOST_DEVICES - 1; count++) {
      if (count % 9 === 0) stage.wait(DAY);
      const other = await stage.phone("first");
      expectOk(await other.register());
    }
    stage.wait(DAY);
    const [first, second] = [await stage.phone("first"), await stage.phone("second")];
    return { first: () => first.register(), second: () => second.register() };
  },
};

describe.each(Object.entries(pairs))("on two instances, %s", (_, pair) => {
  it.each([
    ["first", "second"],
    ["second", "first"],
  ] as const)("as if the %s came before the %s", async (...order) => {
    expect(await atOnce(pair, order)).toEqual(await inTurn(pair, order));
  });
});
