import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endpoints } from "../../../functions/endpoints.ts";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { catalogue, type ProblemCode } from "../../../shared/errors/catalogue.ts";
import { system } from "../../../shared/system.ts";
import { START } from "../../support/service.ts";
import { type Data, makeSqliteData } from "../data.ts";
import { type FaultyService, NoAnswer, ORIGIN, startFaultyService } from "../faultyService.ts";
import { FAULTS, type Fault, type PortCall, RETRY_AFTER } from "../layer.ts";
import { maskVarying, readPartition, shapeOf } from "../partition.ts";
import { scenarios } from "./scenarios.ts";
import type { Call, Scenario, Stage } from "./stage.ts";

/** When a commit is done after its time limit: before the phone tries again, between its read and commit, or after. */
const LANDINGS = ["before the retry", "within the retry", "after the retry"] as const;
type Landing = (typeof LANDINGS)[number];

/** One fault: which call of a request it hits, counted from 0. */
interface Case {
  readonly at: number;
  readonly call: PortCall;
  readonly fault: Fault;
  readonly landing?: Landing;
}

let data: Data;
let service: FaultyService;
let owners = 0;
let time = START;

/** The calls since {@link watch}, and the fault that is planned for them. */
let calls: PortCall[] = [];
let armed: Case | undefined;
const late: (() => Promise<unknown>)[] = [];
let landWithin = false;

beforeAll(async () => {
  data = await makeSqliteData(() => time);
  service = await startFaultyService({
    open: data.open,
    system: { ...system, now: () => time },
    faults: {
      plan: (call) => {
        calls.push(call);
        return armed?.at === calls.length - 1 ? armed.fault : undefined;
      },
      turn: async (call) => {
        if (landWithin && call?.operation === "commit") await land();
      },
      later: (act) => late.push(act),
    },
  });
});

afterAll(async () => {
  await service.close();
  await data.remove();
});

function watch(faults?: Case): void {
  calls = [];
  armed = faults;
}

async function land(): Promise<void> {
  for (const act of late.splice(0)) await act();
}

/** Endpoints that may take several commits, or leave nothing to look at: proved elsewhere. */
const elsewhere: Readonly<Record<string, string>> = { "me-erase": "test/behaviours/leaving.test.ts" };

describe.each(endpoints.map(({ declaration: { name }, access }) => ({ name, access })))(
  "$name",
  ({ name, access }) => {
    it("has a scenario", () => {
      expect(elsewhere[name] ?? scenarios[name]?.length).toBeTruthy();
    });

    it.each(scenarios[name] ?? [])("does it once or not at all, whatever fails: $title", async (scenario) => {
      const expected = await playUnfaulted(scenario);
      expect(expected.outcomes).toBe(access !== "anonymous" && access.idempotencyKey ? 1 : 0);
      if (access !== "anonymous") expect(expected.calls.length).toBeGreaterThan(0);
      for (const planned of casesOf(expected.calls)) {
        const { at, call, fault, landing = "" } = planned;
        const title = `call ${at}, ${call.port}.${call.operation}: ${fault} ${landing}`;
        await play(scenario, planned, expected).catch((cause: unknown) => {
          throw new Error(`${title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
        });
      }
    });
  },
);

function casesOf(calls: readonly PortCall[]): Case[] {
  return calls.flatMap((call, at) =>
    FAULTS.flatMap((fault): Case[] =>
      fault === "late" && call.operation === "commit"
        ? LANDINGS.map((landing) => ({ at, call, fault, landing }))
        : [{ at, call, fault }],
    ),
  );
}

type Expected = Awaited<ReturnType<typeof playUnfaulted>>;

/** Plays the scenario without faults: to learn its calls, its answer, and what is stored after it. */
async function playUnfaulted(scenario: Scenario) {
  const { partition, call } = await prepare(scenario);
  const before = await stored(partition);
  watch();
  const answer = await call();
  expect(answer.ok).toBe(true);
  const after = await stored(partition);
  const made = calls;

  const commits = made.filter(({ operation }) => operation === "commit").length;
  const [was, is] = [readPartition(before), readPartition(after)];
  // Two commits could be torn apart; and a change spends its proof.
  expect(commits).toBeLessThanOrEqual(1);
  expect(is.proofs - was.proofs).toBe(commits);
  const outcomes = is.outcomes.size - was.outcomes.size;
  return { calls: made, answer: answer.body, shape: shapeOf(after), outcomes };
}

async function play(scenario: Scenario, planned: Case, expected: Expected): Promise<void> {
  const { call: faulted, fault, landing } = planned;
  const { partition, call } = await prepare(scenario);
  const before = await stored(partition);

  watch(planned);
  const first = await call().catch(noAnswer);
  watch();
  if (fault.startsWith("crash")) expect(first).toBeUndefined();
  else checkProblem(first, faulted);

  const isDone = faulted.operation === "commit" && (fault === "lost" || fault === "crash-after");
  if (isDone) expect(shapeOf(await stored(partition))).toEqual(expected.shape);
  else expect(await stored(partition)).toEqual(before);

  if (landing === "before the retry") {
    await land();
    expect(shapeOf(await stored(partition))).toEqual(expected.shape);
  }
  if (first?.ok === false) time += (first.retryAfter ?? 0) * 1000;
  landWithin = landing === "within the retry";
  const retry = await call();
  landWithin = false;
  await land();

  const wasDone = isDone || landing === "before the retry";
  if (scenario.retried && (wasDone || landing === "within the retry")) {
    expect(retry).toMatchObject({ ok: false, problem: { code: scenario.retried } });
  } else {
    expect(retry).toMatchObject({ ok: true });
    expect(maskVarying(retry.body)).toBe(maskVarying(expected.answer));
  }
  expect(shapeOf(await stored(partition))).toEqual(expected.shape);
}

function noAnswer(error: unknown): undefined {
  if (!(error instanceof NoAnswer)) throw error;
}

/** The answer says that the phone may try again, and when: as the port said. */
function checkProblem(answer: Result<unknown> | undefined, { port, operation }: PortCall): void {
  const code: ProblemCode =
    operation === "check" ? "not-ready" : port === "store" ? "store-unavailable" : "keys-unavailable";
  const { status } = catalogue[code];
  expect(answer).toMatchObject({ ok: false, status, problem: { code, retryable: true } });
  const retryAfter = operation === "check" ? 5 : RETRY_AFTER[port];
  expect(answer).toMatchObject({ retryAfter });
}

async function prepare(scenario: Scenario): Promise<{ partition: string; call: Call }> {
  const token = await service.issuer.sign({ owner: `owner ${++owners}` });
  const phone: Stage["phone"] = (options) =>
    createPhone({
      origin: ORIGIN,
      platform: "android",
      version: "6.8.0",
      name: "Pixel",
      token: async () => token,
      fetch: service.fetch,
      system: { ...system, now: () => time },
      ...options,
    });
  const wait: Stage["wait"] = (seconds) => {
    time += seconds * 1000;
  };
  watch();
  // So that nothing that is remembered for seconds carries over from one case to the next.
  wait(60);
  return { partition: ownerOfToken(token), call: await scenario.prepare({ phone, wait }) };
}

/** Everything that is stored of an owner; fails if it does not fit together. */
async function stored(partition: string) {
  const { store } = await service.adapters();
  const items = await store.list(partition, "");
  readPartition(items);
  return items;
}
