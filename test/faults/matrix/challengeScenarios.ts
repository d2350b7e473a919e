import { randomBytes } from "node:crypto";
import * as z from "zod";
import { issuerIdentifier } from "../../../local/issuer/settings.ts";
import { readAnswer } from "../../../local/phone/acts/problem.ts";
import { subjectHash } from "../../../local/phone/protocol/manifest.ts";
import { COUNTS_AFTER } from "../../../shared/contact/contacts.ts";
import { contents } from "../../support/accounts.ts";
import { FABRIKAM } from "../../support/activation.ts";
import { type AccountKey, accountKey, signedAnswer } from "../../support/pushAnswer.ts";
import { expectOk } from "../../support/service.ts";
import { ORIGIN } from "../faultyService.ts";
import { newAddress } from "./contactScenarios.ts";
import { type Call, registered, type Scenario, type Stage, type StagePhone, withVersions } from "./stage.ts";

/** A challenge that goes on, and what its phone knows of it. */
export interface Verifying {
  readonly stage: Stage;
  readonly phone: StagePhone;
  readonly address: string;
  readonly ref: string;
  readonly recoveryId?: string;
  readonly key: AccountKey;
  readonly begin: Request;
  challengeId: string;
}

interface Request {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

const answerShape = z.looseObject({
  challengeId: z.string().optional(),
  state: z.string().optional(),
  contacts: z.array(z.looseObject({ contactId: z.string() })).optional(),
});

/** One request; the same again is a repeat of it. */
export function sending(phone: StagePhone, { method = "POST", path, body, idempotencyKey }: Request) {
  return async () =>
    readAnswer(
      await phone.send({
        method,
        path: `/v1/challenges${path}`,
        ...(body !== undefined && { body }),
        ...(idempotencyKey !== undefined && { headers: { "Idempotency-Key": idempotencyKey } }),
      }),
      method === "DELETE" ? z.any() : answerShape,
    );
}

export async function done(call: ReturnType<typeof sending>) {
  const result = await call();
  expectOk(result);
  return result.body as z.infer<typeof answerShape>;
}

function hashOf(phone: StagePhone, authority: string, subject: string): string {
  const salt = phone.state().owner?.referenceSalt ?? "";
  return subjectHash(Buffer.from(salt, "base64url"), authority, subject);
}

async function getsPushes(phone: StagePhone): Promise<void> {
  expectOk(await phone.sayPushToken({ environment: "production", token: "t".repeat(64), language: "en" }));
}

function verifying(
  stage: Stage,
  phone: StagePhone,
  rest: Pick<Verifying, "ref" | "begin"> & Partial<Verifying>,
) {
  return { stage, phone, address: "", key: accountKey(), challengeId: "", ...rest };
}

const newKey = () => randomBytes(16).toString("base64url");

/** The personal account that the owner signs in with is pending in a recovery on a new phone, and has a contact that counts. */
export async function personalRecovered(stage: Stage): Promise<Verifying> {
  const old = await withVersions(stage, 0);
  const subject = stage.owner;
  const account = {
    kind: "personal",
    issuer: "Contoso",
    // As long with any owner: the sizes of two runs are compared.
    userName: "n".repeat(40 - subject.length),
    push: true,
    authority: issuerIdentifier("personal", "oidc"),
    subject,
  } as const;
  expectOk(await old.upload({ ...contents, accounts: [account] }));
  const address = newAddress();
  const added = await old.addContact("email", address);
  expectOk(added);
  expectOk(await old.confirmContact(added.body.contactId, stage.codesTo(address).at(-1) ?? ""));
  stage.wait(COUNTS_AFTER / 1000);
  const phone = await registered(stage);
  const recovered = await phone.recover();
  expectOk(recovered);
  await getsPushes(phone);
  const { recoveryId, accounts } = recovered.body as unknown as {
    recoveryId: string;
    accounts: readonly { ref: string }[];
  };
  const ref = accounts[0]?.ref ?? "";
  const begin = { path: "", body: { ref, recoveryId }, idempotencyKey: newKey() };
  return verifying(stage, phone, { address, ref, recoveryId, begin });
}

/** Another subject each time: its activations and holders lie in a partition of its own. */
export function newWorkAccount() {
  return { ...FABRIKAM, subject: `subject-${newKey()}` };
}

/** A work account that is added anew, on a phone with a backup. @param way what the challenge begins with */
export async function workAdded(
  stage: Stage,
  way: "account" | "code",
  account = newWorkAccount(),
): Promise<Verifying> {
  const phone = await withVersions(stage, 1);
  await getsPushes(phone);
  const { tenant, subject, organization, userName } = account;
  const ref = hashOf(phone, organization, userName);
  const entry = {
    ref,
    kind: "work-or-school",
    push: true,
    tenant,
    subjectHash: hashOf(phone, tenant, subject),
  };
  const body = way === "account" ? { account: entry } : { code: await stage.activationCode(account) };
  return verifying(stage, phone, { ref, begin: { path: "", body, idempotencyKey: newKey() } });
}

/** The steps of a challenge: each gives a request, which is repeated until it is answered. */
export const STEPS = {
  begin: async ({ phone, begin }: Verifying) => sending(phone, begin),
  "sign-in": async ({ stage, phone, challengeId }: Verifying) =>
    sending(phone, { path: `/${challengeId}/sign-in`, body: { token: await stage.token() } }),
  "code-send": async ({ phone, challengeId }: Verifying) => {
    const { contacts = [] } = await done(sending(phone, { method: "GET", path: `/${challengeId}` }));
    const [contact] = contacts;
    return sending(phone, { path: `/${challengeId}/code/send`, body: { contactId: contact?.contactId } });
  },
  code: async ({ stage, phone, address, challengeId }: Verifying) =>
    sending(phone, { path: `/${challengeId}/code`, body: { code: stage.codesTo(address).at(-1) ?? "" } }),
  credential: async ({ phone, key, challengeId }: Verifying) =>
    sending(phone, { path: `/${challengeId}/credential`, body: { publicKey: key.publicKey } }),
  "push-send": async ({ stage, phone, challengeId }: Verifying) => {
    stage.wait(30);
    return sending(phone, { path: `/${challengeId}/push/send` });
  },
  push: async ({ stage, phone, key, ref, challengeId }: Verifying) => {
    const nonce = stage.noncesOf(challengeId).at(-1) ?? "";
    const { deviceId } = phone;
    const claims = { aud: ORIGIN, challenge: challengeId, nonce, deviceId, ref, decision: "approve" };
    return sending(phone, { path: `/${challengeId}/push`, body: { answer: signedAnswer(claims, key) } });
  },
} as const;

/** Goes through these steps without faults. */
export async function through(
  verifying: Verifying,
  ...steps: readonly (keyof typeof STEPS)[]
): Promise<Verifying> {
  for (const step of steps) {
    const { challengeId } = await done(await STEPS[step](verifying));
    verifying.challengeId = challengeId ?? verifying.challengeId;
  }
  return verifying;
}

function step(title: string, name: keyof typeof STEPS, before: readonly (keyof typeof STEPS)[]): Scenario {
  return {
    title,
    prepare: async (stage): Promise<Call> =>
      await STEPS[name](await through(await personalRecovered(stage), ...before)),
  };
}

/** What takes one commit in one container; challenges.test.ts has the rest. */
export const challengeScenarios: Readonly<Record<string, readonly Scenario[]>> = {
  "challenges-begin": [step("of an account that a recovery brought", "begin", [])],
  "challenges-sign-in": [step("to the account", "sign-in", ["begin"])],
  "challenges-code": [step("that was sent", "code", ["begin", "sign-in", "code-send"])],
  "challenges-read": [
    {
      title: "after the sign-in",
      prepare: async (stage) => {
        const { phone, challengeId } = await through(await personalRecovered(stage), "begin", "sign-in");
        return sending(phone, { method: "GET", path: `/${challengeId}` });
      },
    },
  ],
  "challenges-cancel": [
    {
      title: "one that is open",
      prepare: async (stage) => {
        const { phone, challengeId } = await through(await personalRecovered(stage), "begin");
        return sending(phone, { method: "DELETE", path: `/${challengeId}` });
      },
    },
  ],
};
