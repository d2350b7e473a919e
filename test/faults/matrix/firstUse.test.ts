import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SERVICE_PARTITION } from "../../../shared/store/items.ts";
import { FAULTS, type Fault, type PortCall } from "../layer.ts";
import { shapeOf } from "../partition.ts";
import { createHarness, type Harness, noAnswer } from "./harness.ts";
import { scenarios } from "./scenarios.ts";
import type { Scenario } from "./stage.ts";

// What matrix.test.ts leaves out: the first request of a process that needs the service key, which is unwrapped and
// checked then. Each of its calls fails once in each way; the act is done once or not at all, and the next try gets it.

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness({ firstUse: true });
});

afterAll(async () => harness.close());

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
  readonly faults?: { readonly at: number; readonly fault: Fault };
}

/** Has a process answer the scenario's call, fail as `faults` says, and answer it again. */
async function play(scenario: Scenario, { ofAll, isFirst, faults }: Play) {
  const { partition, call } = await harness.prepare(scenario.prepare);
  if (ofAll) await forgetCheck();
  await harness.restart();
  if (!isFirst) expect(await harness.isReady()).toBe(true);

  harness.watch(faults);
  const first = await call().catch(noAnswer);
  const calls = harness.calls();
  harness.watch();
  await harness.land();
  if (first?.ok === false) harness.pass(first.retryAfter ?? 0);
  const retry = await call();
  const items = await harness.stored(partition);
  return { calls, first, retry, shape: shapeOf(items).filter((item) => !item.includes('"proof:')) };
}

async function forgetCheck(): Promise<void> {
  const stored = await harness.idsOf(SERVICE_PARTITION);
  await harness.put(
    SERVICE_PARTITION,
    stored.map((id) => ({ kind: "delete", id })),
  );
}
