import { hash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Refused } from "../../../local/phone/acts/problem.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { LIMITS } from "../../../shared/limits/tries.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import {
  activation,
  challenge as challengeKind,
  credential as credentialKind,
  holder,
  ids,
  owner as ownerKind,
  recovery as recoveryKind,
} from "../../../shared/store/items.ts";
import type { StoredItem } from "../../../shared/store/port.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import {
  newWorkAccount,
  personalRecovered,
  STEPS,
  sending,
  type Verifying,
  workAdded,
} from "./challengeScenarios.ts";
import { type Case, casesOf, createHarness, type Harness, noAnswer, titleOf } from "./harness.ts";
import type { Stage } from "./stage.ts";

// A challenge takes several requests, some of which take several commits in two containers and send something. Whichever
// call fails, and however, the phone goes on by what the answers say, and the account is verified in the end.

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(() => harness.close());

type StepName = keyof typeof STEPS | "activation";

interface Way {
  readonly make: (stage: Stage) => Promise<Verifying>;
  readonly steps: readonly StepName[];
}

const work = new WeakMap<Verifying, ReturnType<typeof newWorkAccount>>();

async function madeOfWork(stage: Stage, way: "account" | "code"): Promise<Verifying> {
  const account = newWorkAccount();
  const verifying = await workAdded(stage, way, account);
  work.set(verifying, account);
  return verifying;
}

const ways: Readonly<Record<string, Way>> = {
  "a personal account that a recovery brought": {
    make: personalRecovered,
    steps: ["begin", "sign-in", "code-send", "code", "credential", "push"],
  },
  "a work account by the code of its provider": {
    make: (stage) => madeOfWork(stage, "account"),
    steps: ["begin", "activation", "credential", "push-send", "push"],
  },
  "a work account that its code names": {
    make: (stage) => madeOfWork(stage, "code"),
    steps: ["begin", "credential", "push"],
  },
};

const each = Object.entries(ways).flatMap(([title, { steps }]) =>
  steps.map((step) => [title, step] as const),
);

/** A phone repeats a request that was not answered, or not for good, so often at most. */
const REPEATS = 5;

describe.each(each)("%s, whatever fails at: %s", (title, faulted) => {
  const way = ways[title] ?? expect.fail("there is no such way");

  it("is verified in the end, and no sooner [E8] [E12] [G2]", async () => {
    for (const planned of casesOf(await play(way, faulted, undefined))) {
      await play(way, faulted, planned).catch((cause: unknown) => {
        throw new Error(`${titleOf(planned)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
    }
  });
});

/** Goes the whole way, with one fault at one step. @returns the calls of that step's first request */
async function play({ make, steps }: Way, faulted: StepName, planned: Case | undefined) {
  let made: Verifying | undefined;
  const { partition } = await harness.prepare(async (stage) => {
    made = await make(stage);
    return async () => expect.fail("not called");
  });
  const verifying = made ?? expect.fail("nothing was made");
  const look = () => harness.stored(partition);
  let calls: ReturnType<Harness["calls"]> = [];
  for (const step of steps) {
    const isFaulted = step === faulted;
    await go(verifying, step, isFaulted ? planned : undefined, (made) => {
      if (isFaulted) calls = made;
    });
    const items = await look();
    const isLast = step === steps.at(-1);
    expect(items.filter(({ id }) => id.startsWith("credential:"))).toHaveLength(isLast ? 1 : 0);
  }
  await expectVerified(verifying, await look());
  return calls;
}

/** One step: its request, repeated until it is answered, or made anew where the answer says so. */
async function go(
  verifying: Verifying,
  step: StepName,
  planned: Case | undefined,
  learn: (calls: ReturnType<Harness["calls"]>) => void,
): Promise<void> {
  await catchUp(verifying, step);
  const send = await requestOf(verifying, step);
  harness.watch(planned);
  let answer = await send().catch(noAnswer);
  learn(harness.calls());
  harness.watch();
  for (let n = 0; n < REPEATS && !answer?.ok; n++) {
    if (answer) expect(answer, step).toMatchObject({ problem: { retryable: true } });
    if (planned?.landing === "before the retry") await harness.land();
    harness.pass(answer ? ((answer as Refused).retryAfter ?? 1) : 1);
    harness.landWithin(planned?.landing === "within the retry");
    answer = await send();
    harness.landWithin(false);
    await harness.land();
  }
  if (!answer?.ok) return expect.fail(`${step}: ${JSON.stringify(answer)}`);
  verifying.challengeId = answer.body.challengeId ?? verifying.challengeId;
}

async function requestOf(verifying: Verifying, step: StepName) {
  if (step !== "activation") return await STEPS[step](verifying);
  const { stage, phone, challengeId } = verifying;
  const account = work.get(verifying) ?? expect.fail("no work account");
  return sending(phone, {
    path: `/${challengeId}/activation`,
    body: { code: await stage.activationCode(account) },
  });
}

/** What a crash left unsent, the owner asks for once more. */
async function catchUp(verifying: Verifying, step: StepName): Promise<void> {
  const { stage, phone, challengeId, address } = verifying;
  const again = async (path: string, seconds: number, body?: unknown) => {
    harness.pass(seconds);
    const result = await sending(phone, { path: `/${challengeId}${path}`, body })();
    expect(result, path).toMatchObject({ ok: true });
  };
  if (step === "code" && !(await isCurrent())) {
    const { body } = await sending(phone, { method: "GET", path: `/${challengeId}` })();
    const [contact] = (body as { contacts?: { contactId: string }[] }).contacts ?? [];
    await again("/code/send", 60, { contactId: contact?.contactId });
  }
  if (step === "push" && !(await isNewest())) await again("/push/send", 30);

  /** One code confirmed the contact; every other one is this challenge's. */
  async function isCurrent(): Promise<boolean> {
    const { code } = await stored();
    return stage.codesTo(address).length - 1 >= (code?.sends.count ?? 1);
  }

  async function isNewest(): Promise<boolean> {
    const { push } = await stored();
    const came = stage.noncesOf(challengeId).at(-1) ?? "";
    return push?.nonces.at(-1)?.nonce === hash("sha256", came, "base64url");
  }

  async function stored(): Promise<Challenge> {
    return await storedChallenge(verifying);
  }
}

async function storedChallenge({ phone, challengeId }: Verifying): Promise<Challenge> {
  const items = await harness.stored(phone.state().owner?.userId ?? "");
  return parseItem(challengeKind, itemOf(items, ids.challenge(challengeId)));
}

function itemOf(items: readonly StoredItem[], id: string): StoredItem {
  return items.find((item) => item.id === id) ?? expect.fail(`no ${id}`);
}

/** Both containers say the same, once. */
async function expectVerified(verifying: Verifying, items: readonly StoredItem[]): Promise<void> {
  const { stage, phone, ref, recoveryId, challengeId, address, key } = verifying;
  const { deviceId } = phone;
  const userId = phone.state().owner?.userId ?? "";
  const challenge = await storedChallenge(verifying);
  expect(challenge).toMatchObject({ ended: "verified", credential: { publicKey: key.publicKey } });
  const made = parseItem(credentialKind, itemOf(items, ids.credential(deviceId, ref)));
  const { id, publicKey } = challenge.credential ?? {};
  expect(made).toMatchObject({ credentialId: id, publicKey, holder: challenge.holder });
  expect(made.otp !== undefined).toBe(challenge.account.kind === "personal");

  const beside = await harness.storedBeside(made.holder);
  const holders = beside.filter(({ id }) => id.startsWith(ids.holder("", "")));
  expect(holders.map((item) => parseItem(holder, item))).toMatchObject([{ userId, deviceId, ref }]);
  expect(beside.map(({ id }) => id).filter((id) => id.startsWith("issued:"))).toEqual([
    ids.issued(made.credentialId),
  ]);
  const activations = beside.filter(({ id }) => id.startsWith(ids.activation("")));
  expect(activations.map((item) => parseItem(activation, item).claimedBy)).toEqual(
    challenge.activation ? [{ userId, challengeId }] : [],
  );

  const owner = parseItem(ownerKind, itemOf(items, ids.owner));
  expect(owner.devices.find((device) => device.deviceId === deviceId)?.challenge).toBeUndefined();
  if (recoveryId !== undefined) {
    const { accounts } = parseItem(recoveryKind, itemOf(items, ids.recovery(recoveryId)));
    expect(accounts).toMatchObject([{ ref, state: "ready", means: [] }]);
  }
  // One too many, never too few.
  expect(challenge.push?.sends.count ?? 0).toBeGreaterThanOrEqual(stage.noncesOf(challengeId).length);
  expect(challenge.code?.sends.count ?? 0).toBeGreaterThanOrEqual(stage.codesTo(address).length - 1);
  expect(owner.tries.every(({ of, count }) => count <= LIMITS[of].perPhone)).toBe(true);
  const events = items.filter(({ id, body }) => id.startsWith("event:") && body.type === "account-verified");
  expect(events).toHaveLength(1);

  // Nothing goes on from there.
  const after: ProblemCode = "challenge-over";
  expect(await sending(phone, { path: `/${challengeId}/push/send` })()).toMatchObject({
    problem: { code: after },
  });
}
