import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issuerIdentifier } from "../../../local/issuer/settings.ts";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { findActivation, partitionOf } from "../../../shared/acts/activations.ts";
import { activation, event, ids, openActivations } from "../../../shared/store/items.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { system } from "../../../shared/system.ts";
import {
  ASKED,
  codeAt,
  holds,
  placeIn,
  serviceKeyOf,
  type Written,
} from "../../behaviours/providers/stage.ts";
import { userIdOf } from "../../support/partition.ts";
import { expectOk, START, type TestPhone } from "../../support/service.ts";
import { type Data, makeSqliteData } from "../data.ts";
import { type FaultyService, ORIGIN, startFaultyService } from "../faultyService.ts";
import type { PortCall } from "../layer.ts";
import { readPartition } from "../partition.ts";
import { type Case, casesOf, noAnswer, titleOf } from "./harness.ts";

// What a provider asks for takes several commits in two containers: whichever fails, and however, repeating the request
// leads to what it would have led to.

const ISSUER = issuerIdentifier("personal", "oidc");

/** A provider repeats a request that was not answered, or not for good, so often at most. */
const REPEATS = 4;

let data: Data;
let service: FaultyService;
let time = START;
let calls: PortCall[] = [];
let armed: Pick<Case, "at" | "fault"> | undefined;
let landsWithin = false;
let subjects = 0;
const late: (() => Promise<unknown>)[] = [];

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
        if (landsWithin && call?.operation === "commit") await land();
      },
      later: (act) => late.push(act),
    },
  });
});

afterAll(async () => {
  await service.close();
  await data.remove();
});

async function land(): Promise<void> {
  for (const act of late.splice(0)) await act();
}

function watch(planned?: Pick<Case, "at" | "fault">): void {
  calls = [];
  armed = planned;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: of any endpoint
  readonly body: any;
}

/** One request of a provider's app. @throws {NoAnswer} */
async function ask(method: string, path: string, body?: unknown, key = ""): Promise<Answer> {
  const token = await service.issuer.sign({ owner: "provider app", kind: "provider" });
  const response = await service.fetch(`${ORIGIN}/v1/provider/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(key !== "" && { "Idempotency-Key": key }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

/** The request under one fault, repeated until it is answered. @returns every answer that came */
async function persist(send: () => Promise<Answer>, planned: Case): Promise<Answer[]> {
  const answers: Answer[] = [];
  watch(planned);
  const first = await send().catch(noAnswer);
  watch();
  if (first) answers.push(first);
  for (let n = 0; n < REPEATS && (answers.at(-1)?.status ?? 500) >= 500; n++) {
    if (planned.landing === "before the retry") await land();
    landsWithin = planned.landing === "within the retry";
    answers.push(await send());
    landsWithin = false;
    await land();
  }
  return answers;
}

/** What is stored, past the service and without faults. */
async function stored(): Promise<Written> {
  const [adapters, keys] = [await service.adapters(), service.serviceKeys()];
  return { adapters, serviceKey: JSON.stringify(keys), now: () => time };
}

const serviceKey = async () => serviceKeyOf(await stored());

/** A phone of an owner of its own. */
async function newPhone(): Promise<TestPhone> {
  const token = await service.issuer.sign({ owner: `owner ${++subjects}` });
  const phone = await createPhone({
    origin: ORIGIN,
    platform: "android",
    version: "6.8.0",
    name: "Pixel",
    token: async () => token,
    fetch: service.fetch,
    system: { ...system, now: () => time },
  });
  expectOk(await phone.register());
  return { ...phone, signIn: async () => token };
}

/** A partition of a subject's in the second container. */
const newPartition = () => createHash("sha256").update(String(++subjects)).digest("base64url");

/** What is asked for, and what must hold then, whatever happened on the way. */
interface Scenario {
  readonly send: () => Promise<Answer>;
  readonly check: (answers: readonly Answer[]) => Promise<void>;
}

const issuing = (subject: string, key: string) => () =>
  ask("POST", "activations", { ...ASKED, subject }, key);

/** One activation, of whose codes the last that was answered is good, and no other. */
async function checkIssued(answers: readonly Answer[]): Promise<void> {
  const issued = answers.filter(({ status }) => status === 201).map(({ body }) => body);
  const last = issued.at(-1) ?? expect.fail(`not issued: ${JSON.stringify(answers)}`);
  const { adapters } = await stored();
  const { partition, id } = placeIn(last.activationId);
  const items = await adapters.activations.list(partition, ids.activation(""));
  expect(items.map((item) => item.id)).toEqual([ids.activation(id)]);
  const open = (await adapters.activations.read(partition, ids.openActivations)) ?? expect.fail("none open");
  expect(parseItem(openActivations, open).activations.map((listed) => listed.id)).toEqual([id]);
  const services = { ...adapters, serviceKey: await serviceKey() };
  for (const { code, activationId } of issued) {
    expect(activationId).toBe(last.activationId);
    expect((await findActivation(services, code))?.isLast).toBe(code === last.code);
  }
}

const scenarios: Readonly<Record<string, () => Promise<Scenario>>> = {
  "issues a code": async () => {
    const send = issuing(`subject ${++subjects}`, randomBytes(16).toString("base64url"));
    return { send, check: checkIssued };
  },

  "issues another code with the same key": async () => {
    const send = issuing(`subject ${++subjects}`, randomBytes(16).toString("base64url"));
    const first = await send();
    return { send, check: (answers) => checkIssued([first, ...answers]) };
  },

  "cancels an activation": async () => {
    const first = await issuing(`subject ${++subjects}`, randomBytes(16).toString("base64url"))();
    const { activationId } = first.body;
    return {
      send: () => ask("DELETE", `activations/${activationId}`),
      check: async (answers) => {
        expect(answers.at(-1)?.status).toBe(204);
        const { adapters } = await stored();
        const { partition, id } = placeIn(activationId);
        const item = await adapters.activations.read(partition, ids.activation(id));
        expect(item && parseItem(activation, item).cancelledAt).toBeDefined();
      },
    };
  },

  "follows an activation": async () => {
    const first = await issuing(`subject ${++subjects}`, randomBytes(16).toString("base64url"))();
    return {
      send: () => ask("GET", `activations/${first.body.activationId}`),
      check: async (answers) => expect(answers.at(-1)?.body).toMatchObject({ state: "issued" }),
    };
  },

  "asks for a credential": async () => {
    const held = await holds(await stored(), await newPhone(), newPartition());
    return {
      send: () => ask("GET", `credentials/${held.credentialId}`),
      check: async (answers) => expect(answers.at(-1)?.body).toMatchObject({ state: "live" }),
    };
  },

  "revokes a credential": async () => {
    const phone = await newPhone();
    const { credentialId, ref } = await holds(await stored(), phone, newPartition());
    return {
      send: () => ask("DELETE", `credentials/${credentialId}`),
      check: async (answers) => {
        expect(answers.at(-1)?.status).toBe(204);
        expect((await ask("GET", `credentials/${credentialId}`)).body.state).toBe("revoked");
        const { adapters } = await stored();
        const items = await adapters.store.list(userIdOf(phone), "");
        const { owner } = readPartition(items, time);
        expect(owner?.devices[0]?.revoked).toBe(ref.slice(0, 8));
        const told = items
          .filter(({ id }) => id.startsWith("event:"))
          .filter((item) => parseItem(event, item).type === "credential-revoked");
        expect(told).toHaveLength(1);
      },
    };
  },

  "verifies a one-time code": async () => {
    const phone = await newPhone();
    const subject = `subject ${++subjects}`;
    const secret = randomBytes(32);
    const partition = await partitionOf({ serviceKey: await serviceKey() }, ISSUER, subject);
    await holds(await stored(), phone, partition, { otp: secret, tenant: null });
    const code = codeAt(secret, time);
    const verify = (given: string) => ask("POST", "codes/verify", { issuer: ISSUER, subject, code: given });
    return {
      send: () => verify(code),
      check: async (answers) => {
        // Used once at the most; where the answer was lost, the next one is good.
        const valid = [...answers, await verify(code)].filter(({ body }) => body?.valid === true);
        expect(valid.length).toBeLessThanOrEqual(1);
        expect((await verify(codeAt(secret, time + 30_000))).body).toEqual({ valid: true });
      },
    };
  },
};

describe.each(Object.keys(scenarios))("a provider that %s", (name) => {
  const prepare = async () => {
    watch();
    time += 60_000;
    return (await scenarios[name]?.()) ?? expect.fail("there is no such scenario");
  };

  it("comes to the same whatever fails, at every step and in every way [E11] [E15]", async () => {
    const { send, check } = await prepare();
    watch();
    const answer = await send();
    const made = [...calls];
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    await check([answer]);
    expect(made.length).toBeGreaterThan(0);
    for (const planned of casesOf(made)) {
      const scenario = await prepare();
      await persist(scenario.send, planned)
        .then(scenario.check)
        .catch((cause: unknown) => {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`${titleOf(planned)}: ${reason}`, { cause });
        });
    }
  });
});
