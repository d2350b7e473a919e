import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endpoints } from "../../../functions/endpoints.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import { catalogue, type ProblemCode } from "../../../shared/errors/catalogue.ts";
import type { StoredItem } from "../../../shared/store/port.ts";
import { type PortCall, RETRY_AFTER } from "../layer.ts";
import { maskVarying, readPartition, shapeOf } from "../partition.ts";
import { type Case, casesOf, createHarness, type Harness, noAnswer, titleOf } from "./harness.ts";
import { scenarios } from "./scenarios.ts";
import type { Scenario } from "./stage.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(() => harness.close());

/** What takes more than one commit where there is much, leaves nothing to look at, or needs much to go on: proved elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  "me-erase": "test/faults/matrix/destroying.test.ts",
  "me-export-next": "test/behaviours/healing.test.ts",
  "provider-activations-issue": "test/faults/matrix/providers.test.ts",
  "provider-activations-read": "test/faults/matrix/providers.test.ts",
  "provider-activations-cancel": "test/faults/matrix/providers.test.ts",
  "provider-credentials-read": "test/faults/matrix/providers.test.ts",
  "provider-credentials-revoke": "test/faults/matrix/providers.test.ts",
  "provider-codes-verify": "test/faults/matrix/providers.test.ts",
  "service-ready": "test/http/ready.test.ts",
  "operations-status": "test/operations/sweep.test.ts",
  "operations-sweep": "test/faults/delivery/sweeping.test.ts",
  "operations-notices-requeue": "test/operations/requeue.test.ts",
  "operations-texts": "test/operations/texts.test.ts",
  "operations-rewrap": "test/operations/rotation.test.ts",
  "challenges-code-send": "test/faults/matrix/challenges.test.ts",
  "challenges-activation": "test/faults/matrix/challenges.test.ts",
  "challenges-credential": "test/faults/matrix/challenges.test.ts",
  "challenges-push-send": "test/faults/matrix/challenges.test.ts",
  "challenges-push": "test/faults/matrix/challenges.test.ts",
  "contacts-add": "test/faults/matrix/sendingCodes.test.ts",
  "contacts-send": "test/faults/matrix/sendingCodes.test.ts",
};

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
        await play(scenario, planned, expected).catch((cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`${titleOf(planned)}: ${reason}`, { cause });
        });
      }
    });
  },
);

/** How a call is answered, and what is stored then. */
interface Done {
  readonly answer: unknown;
  readonly shape: readonly string[];
}

interface Expected extends Done {
  readonly calls: readonly PortCall[];
  readonly outcomes: number;
  /** After a call that was carried out before. */
  readonly again: Done;
}

/** Plays the scenario without faults: which calls there are, how it is answered, and what is stored then. */
async function playUnfaulted(scenario: Scenario): Promise<Expected> {
  const { partition, call } = await harness.prepare(scenario.prepare);
  const before = await harness.stored(partition);
  harness.watch();
  const answer = await call();
  expect(answer.ok).toBe(true);
  const after = await harness.stored(partition);
  const calls = harness.calls();

  const commits = calls.filter(({ operation, notices }) => operation === "commit" && !notices).length;
  const read = (items: readonly StoredItem[]) => readPartition(items, harness.now());
  const [was, is] = [read(before), read(after)];
  // More than one could be torn apart; and what changes something spends its proof.
  expect(commits).toBeLessThanOrEqual(1);
  expect(is.proofs - was.proofs).toBe(commits);
  const outcomes = is.outcomes.size - was.outcomes.size;
  const once = { answer: answer.body, shape: shapeOf(after) };
  return { calls, ...once, outcomes, again: scenario.repeated ? await playAgain() : once };

  async function playAgain(): Promise<Done> {
    const { body } = await call();
    return { answer: body, shape: shapeOf(await harness.stored(partition)) };
  }
}

async function play(scenario: Scenario, planned: Case, expected: Expected): Promise<void> {
  const { call: faulted, fault, landing } = planned;
  const { partition, call } = await harness.prepare(scenario.prepare);
  const before = await harness.stored(partition);

  harness.watch(planned);
  const first = await call().catch(noAnswer);
  harness.watch();
  if (fault.startsWith("crash")) expect(first).toBeUndefined();
  // What was committed is done, whatever becomes of its notices.
  else if (faulted.notices) expect(first).toMatchObject({ ok: true });
  else checkProblem(first, faulted);

  const isDone =
    faulted.notices ?? (faulted.operation === "commit" && (fault === "lost" || fault === "crash-after"));
  if (isDone) expect(shapeOf(await harness.stored(partition))).toEqual(expected.shape);
  else expect(await harness.stored(partition)).toEqual(before);

  if (landing === "before the retry") {
    await harness.land();
    expect(shapeOf(await harness.stored(partition))).toEqual(expected.shape);
  }
  if (first?.ok) {
    // The phone knows that it is done.
    await harness.land();
    expect(shapeOf(await harness.stored(partition))).toEqual(expected.shape);
    return await harness.settle(partition);
  }
  if (first) harness.pass(first.retryAfter ?? 0);
  harness.landWithin(landing === "within the retry");
  const retry = await call();
  harness.landWithin(false);
  await harness.land();

  const wasDone = isDone || landing === "before the retry" || landing === "within the retry";
  const { answer, shape } = wasDone ? expected.again : expected;
  if (scenario.retried && wasDone) {
    expect(retry).toMatchObject({ ok: false, problem: { code: scenario.retried } });
  } else {
    expect(retry).toMatchObject({ ok: true });
    expect(maskVarying(retry.body)).toBe(maskVarying(answer));
  }
  expect(withoutProofs(shapeOf(await harness.stored(partition)))).toEqual(withoutProofs(shape));
  await harness.settle(partition);
}

/** A retry that finds it done spends its own proof; how many there are says nothing more then. */
const withoutProofs = (shape: readonly string[]) => shape.filter((item) => !item.includes('"proof:'));

/** The answer says that the phone may try again, and when: as the port said. */
function checkProblem(answer: Result<unknown> | undefined, { port, operation }: PortCall): void {
  const code: ProblemCode =
    operation === "check" ? "not-ready" : port === "keys" ? "keys-unavailable" : "store-unavailable";
  const { status } = catalogue[code];
  expect(answer).toMatchObject({ ok: false, status, problem: { code, retryable: true } });
  const retryAfter = operation === "check" ? 5 : RETRY_AFTER[port];
  expect(answer).toMatchObject({ retryAfter });
}
