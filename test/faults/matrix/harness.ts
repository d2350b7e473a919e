import { expect } from "vitest";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { ids, notice } from "../../../shared/store/items.ts";
import { BATCH_OPERATIONS, type Operation, type StoredItem } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { system } from "../../../shared/system.ts";
import { issueActivation } from "../../support/activation.ts";
import { fakeNotify } from "../../support/notify.ts";
import { nonceIn } from "../../support/pushAnswer.ts";
import { START } from "../../support/service.ts";
import { makeSqliteData } from "../data.ts";
import { NoAnswer, ORIGIN, startFaultyService } from "../faultyService.ts";
import { FAULTS, type Fault, type PortCall } from "../layer.ts";
import { readPartition } from "../partition.ts";
import type { Call, Stage } from "./stage.ts";

/** When a commit is done whose time limit had passed: before the phone tries again, between read and commit, after. */
const LANDINGS = ["before the retry", "within the retry", "after the retry"] as const;
type Landing = (typeof LANDINGS)[number];

/** One fault: which call of a request it hits, counted from 0. */
export interface Case {
  readonly at: number;
  readonly call: PortCall;
  readonly fault: Fault;
  readonly landing?: Landing;
}

/** What shows that a request is done though its notices are not sent; test/faults/delivery has all that can fail there. */
const FOR_NOTICES: readonly Fault[] = ["lost", "crash-before"];

/** Every way in which these calls can fail, one at a time. */
export function casesOf(calls: readonly PortCall[]): Case[] {
  return calls.flatMap((call, at) =>
    (call.notices ? FOR_NOTICES : FAULTS).flatMap((fault): Case[] =>
      fault === "late" && call.operation === "commit"
        ? LANDINGS.map((landing) => ({ at, call, fault, landing }))
        : [{ at, call, fault }],
    ),
  );
}

export function titleOf({ at, call, fault, landing }: Case): string {
  return `call ${at}, ${call.notices ? "for notices, " : ""}${call.port}.${call.operation}: ${[fault, landing ?? []].flat().join(" ")}`;
}

export type Harness = Awaited<ReturnType<typeof createHarness>>;

/**
 * A service whose port calls can be made to fail one at a time, and owners of whom nobody else knows.
 * @param firstUse whether what a process asks for once, the service key, is asked for, and fails, too
 */
export async function createHarness({ firstUse = false } = {}) {
  let owners = 0;
  let time = START;
  let calls: PortCall[] = [];
  let armed: Pick<Case, "at" | "fault"> | undefined;
  let landsWithin = false;
  const late: (() => Promise<unknown>)[] = [];
  const data = await makeSqliteData(() => time);
  const platforms = fakeNotify();
  /** The codes that the platforms took for an address, in order: a second message under one id they drop. */
  const codesTo = (address: string): readonly string[] =>
    [...new Map(platforms.taken.map((message) => [message.id, message])).values()]
      .filter(({ to }) => to === address)
      .flatMap(({ content }) => JSON.parse(content).content.code ?? []);
  const noncesOf = (challengeId: string): readonly string[] =>
    platforms.taken
      .filter(({ channel, content }) => channel === "push" && content.includes(challengeId))
      .flatMap(({ content }) => nonceIn(JSON.parse(content)) ?? []);
  const activationCode: Stage["activationCode"] = async (account) => {
    const serviceKeys = service.serviceKeys() ?? [];
    return (
      await issueActivation({ adapters: await service.adapters(), serviceKeys, now: time }, { account })
    ).code;
  };
  const service = await startFaultyService({
    open: async () => ({ ...(await data.open()), notify: platforms.notify }),
    system: { ...system, now: () => time },
    firstUse,
    faults: {
      plan: (call) => {
        calls.push(call);
        return armed?.at === calls.length - 1 ? armed.fault : undefined;
      },
      turn: async (call) => {
        if (landsWithin && call?.operation === "commit") await land();
      },
      later: (act) => late.push(act),
    },
  });

  async function land(): Promise<void> {
    for (const act of late.splice(0)) await act();
  }

  function watch(faults?: Pick<Case, "at" | "fault">): void {
    calls = [];
    armed = faults;
  }

  function pass(seconds: number): void {
    time += seconds * 1000;
  }

  return {
    /** Counts the calls from now on, and has one of them fail. */
    watch,
    /** The calls since {@link watch}. */
    calls: (): readonly PortCall[] => [...calls],
    /** Does what a late call asked for. */
    land,
    /** Has it done in the middle of the next request, before that commits. */
    landWithin: (is: boolean) => {
      landsWithin = is;
    },
    pass,
    codesTo,
    now: () => time,

    /** Brings about what a call builds on, for an owner of its own. */
    async prepare(prepare: (stage: Stage) => Promise<Call>): Promise<{ partition: string; call: Call }> {
      const owner = `owner ${++owners}`;
      const phone: Stage["phone"] = async (options) => {
        let token = await service.issuer.sign({ owner });
        const made = await createPhone({
          origin: ORIGIN,
          platform: "android",
          version: "6.8.0",
          name: "Pixel",
          token: async () => token,
          fetch: service.fetch,
          system: { ...system, now: () => time },
          ...options,
        });
        return {
          ...made,
          signIn: async (secondsAgo = 0) => {
            token = await service.issuer.sign({ owner, signedInSecondsAgo: secondsAgo });
          },
        };
      };
      watch();
      // Nothing that is remembered for some seconds stays from one case to the next.
      pass(60);
      const token = () => service.issuer.sign({ owner });
      const call = await prepare({ phone, wait: pass, codesTo, owner, token, activationCode, noncesOf });
      return { partition: ownerOfToken(await service.issuer.sign({ owner })), call };
    },

    /** Ends the process in the middle of a request; another takes its place. */
    async restart(): Promise<void> {
      const before = service.crashes();
      watch({ at: 0, fault: "crash-before" });
      await expect(service.fetch(`${ORIGIN}/v1/ready`)).rejects.toThrow(NoAnswer);
      expect(service.crashes()).toBe(before + 1);
    },

    /** Whether the service is ready. */
    async isReady(): Promise<boolean> {
      return (await service.fetch(`${ORIGIN}/v1/ready`)).status === 200;
    },

    /** Everything that is stored of an owner, once it is certain that it fits together. */
    async stored(partition: string, leaving = false): Promise<readonly StoredItem[]> {
      const { store } = await service.adapters();
      const items = await store.list(partition, "");
      readPartition(items, time, leaving);
      return items;
    },

    /** Has what is due sent, and makes sure that each notice has come to its end with every target [I1]. */
    async settle(partition: string): Promise<void> {
      watch();
      pass(90);
      await service.sweep();
      const { store } = await service.adapters();
      for (const item of await store.list(partition, ids.notice(""))) {
        const { to, contacts = [], dueAt, outcomes = {} } = parseItem(notice, item);
        expect([dueAt, Object.keys(outcomes).sort()]).toEqual([undefined, [...to, ...contacts].toSorted()]);
      }
    },

    /** What is stored in a partition of the second container. */
    async storedBeside(partition: string): Promise<readonly StoredItem[]> {
      const { activations } = await service.adapters();
      return await activations.list(partition, "");
    },

    /** The ids of what is stored in a partition that is no owner's. */
    async idsOf(partition: string): Promise<string[]> {
      const { store } = await service.adapters();
      return (await store.list(partition, "")).map(({ id }) => id);
    },

    /** Puts something there, past the service. */
    async put(partition: string, operations: readonly Operation[]): Promise<void> {
      const { store } = await service.adapters();
      for (let at = 0; at < operations.length; at += BATCH_OPERATIONS) {
        const { committed } = await store.commit(partition, operations.slice(at, at + BATCH_OPERATIONS));
        if (!committed) throw new Error("it was not put there");
      }
    },

    async close(): Promise<void> {
      await service.close();
      await data.remove();
    },
  };
}

/** For a request whose answer may never come. */
export function noAnswer(error: unknown): undefined {
  if (!(error instanceof NoAnswer)) throw error;
}
