import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { ids, SERVICE_PARTITION } from "../../../shared/store/items.ts";
import { system } from "../../../shared/system.ts";
import { START } from "../../support/service.ts";
import { type Data, makeSqliteData } from "../data.ts";
import { type FaultyService, NoAnswer, ORIGIN, startFaultyService } from "../faultyService.ts";
import { FAULTS, type Fault, type PortCall } from "../layer.ts";
import { readPartition, shapeOf } from "../partition.ts";
import { scenarios } from "./scenarios.ts";
import type { Call, Scenario } from "./stage.ts";

// What matrix.test.ts leaves out: the first request of a process that needs the service key, which is unwrapped and
// checked then. Each of its calls fails once in each way; the act is done once or not at all, and the next try gets it.

let data: Data;
let service: FaultyService;
let owners = 0;
let time = START;
let calls: PortCall[] = [];
let armed: { readonly at: number; readonly fault: Fault } | undefined;
const late: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  data = await makeSqliteData(() => time);
  service = await startFaultyService({
    open: data.open,
    system: { ...system, now: () => time },
    firstUse: true,
    faults: {
      plan: (call) => {
        calls.push(call);
        return armed?.at === calls.length - 1 ? armed.fault : undefined;
      },
      turn: async () => {},
      later: (act) => late.push(act),
    },
  });
});

afterAll(async () => {
  await service.close();
  await data.remove();
});

function watch(faults?: typeof armed): void {
  calls = [];
  armed = faults;
}

const asked: readonly PortCall[] = [
  { port: "keys", operation: "unwrap" },
  { port: "store", operation: "read" },
];
const stored: PortCall = { port: "store", operation: "commit" };

describe.each(["devices-register", "backup-enable", "backup-key"])(
  "the first request that needs the service key: %s",
  (name) => {
    const scenario = scenarios[name]?.[0] ?? expect.fail(name);

    it.each([
      ["of a process", false],
      ["of all", true],
    ])("is done once or not at all, whatever fails, %s", async (_, ofAll) => {
      const usual = await play(scenario, { ofAll, isFirst: false });
      const expected = await play(scenario, { ofAll, isFirst: true });
      expect(expected.first).toMatchObject({ ok: true });
      const once = ofAll ? [...asked, stored] : asked;
      expect(sorted(expected.calls)).toEqual(sorted([...usual.calls, ...once]));

      for (const [at, call] of expected.calls.entries()) {
        for (const fault of FAULTS) {
          const { first, retry, shape } = await play(scenario, {
            ofAll,
            isFirst: true,
            faults: { at, fault },
          });
          const title = `call ${at}, ${call.port}.${call.operation}: ${fault}`;
          const code = call.port === "store" ? "store-unavailable" : "keys-unavailable";
          if (fault.startsWith("crash")) expect(first, title).toBeUndefined();
          else expect(first, title).toMatchObject({ ok: false, problem: { code, retryable: true } });
          expect(retry, title).toMatchObject({ ok: true });
          expect(shape, title).toEqual(expected.shape);
        }
      }
    });
  },
);

it.each(["backup-status", "backup-upload", "devices-list", "activity-read"])(
  "is no matter of %s, which does not need the service key",
  async (name) => {
    const scenario = scenarios[name]?.[0] ?? expect.fail(name);
    const usual = await play(scenario, { ofAll: false, isFirst: false });
    const first = await play(scenario, { ofAll: false, isFirst: true });
    expect(first.calls).toEqual(usual.calls);
  },
);

function sorted(calls: readonly PortCall[]): string[] {
  return calls.map(({ port, operation }) => `${port}.${operation}`).sort();
}

interface Play {
  /** Whether no process has stored the check value before. */
  readonly ofAll: boolean;
  /** Whether the process is a new one, or has opened the service key already. */
  readonly isFirst: boolean;
  readonly faults?: typeof armed;
}

/** Has a process answer the scenario's call, fail as `faults` says, and answer it again. */
async function play(scenario: Scenario, { ofAll, isFirst, faults }: Play) {
  const { partition, call } = await prepare(scenario);
  if (ofAll) await forgetCheck();
  await restart();
  if (!isFirst) expect((await service.fetch(`${ORIGIN}/v1/ready`)).status).toBe(200);

  watch(faults);
  const first = await call().catch(noAnswer);
  const made = calls;
  watch();
  for (const act of late.splice(0)) await act();
  if (first?.ok === false) time += (first.retryAfter ?? 0) * 1000;
  const retry = await call();
  const { store } = await service.adapters();
  const items = await store.list(partition, "");
  readPartition(items);
  return { calls: made, first, retry, shape: shapeOf(items).filter((item) => !item.includes('"proof:')) };
}

async function prepare(scenario: Scenario): Promise<{ partition: string; call: Call }> {
  watch();
  time += 60_000;
  const token = await service.issuer.sign({ owner: `owner ${++owners}` });
  const call = await scenario.prepare({
    phone: (options) =>
      createPhone({
        origin: ORIGIN,
        platform: "android",
        version: "6.8.0",
        name: "Pixel",
        token: async () => token,
        fetch: service.fetch,
        system: { ...system, now: () => time },
        ...options,
      }),
    wait: (seconds) => {
      time += seconds * 1000;
    },
  });
  return { partition: ownerOfToken(token), call };
}

/** Ends the process in the middle of a request; another takes its place. */
async function restart(): Promise<void> {
  const before = service.crashes();
  watch({ at: 0, fault: "crash-before" });
  await expect(service.fetch(`${ORIGIN}/v1/ready`)).rejects.toThrow(NoAnswer);
  expect(service.crashes()).toBe(before + 1);
}

async function forgetCheck(): Promise<void> {
  const { store } = await service.adapters();
  if (await store.read(SERVICE_PARTITION, ids.serviceKey)) {
    await store.commit(SERVICE_PARTITION, [{ kind: "delete", id: ids.serviceKey }]);
  }
}

function noAnswer(error: unknown): undefined {
  if (!(error instanceof NoAnswer)) throw error;
}
