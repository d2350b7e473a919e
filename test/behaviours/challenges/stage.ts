import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { expect } from "vitest";
import type { TokenRequest } from "../../../local/issuer/tokenRequest.ts";
import type { Account, OwnContents } from "../../../local/phone/protocol/accounts.ts";
import type { Sent } from "../../../shared/notify/port.ts";
import { contents } from "../../support/accounts.ts";
import { signInName } from "../../support/marking.ts";
import { fakeNotify, type Message } from "../../support/notify.ts";
import {
  backedUpPhone,
  expectOk,
  type ServiceOptions,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { ADDRESS, codeTo, confirmed } from "../contacts/stage.ts";
import { later, newPhone, recoveredOn } from "../stage.ts";

export const DAY = 24 * 60 * 60;

/** Who signs in to the personal account with push, of `contents`. */
export const PERSONAL = "contoso-alice";

/** The personal account with push that is verified here. */
export const personal = accountOf("personal");
/** The work account with push. */
export const work = accountOf("work-or-school");

function accountOf(kind: Account["kind"]): Account {
  const found = contents.accounts.find((account) => account.kind === kind && account.push);
  if (!found) throw new Error(`no ${kind} account with push`);
  return found;
}

export interface ChallengeStage {
  readonly service: TestService;
  /** It made the backup, and has a push token. */
  readonly old: TestPhone;
  /** What the platforms took, in order. */
  readonly taken: readonly Message[];
}

interface Setup extends ServiceOptions {
  readonly contents?: OwnContents;
  readonly answer?: (message: Message) => Sent | Promise<Sent>;
}

/** An owner with a backup of accounts of every kind. */
export async function challengeStage({
  contents: held = contents,
  answer,
  ...options
}: Setup = {}): Promise<ChallengeStage> {
  const platforms = fakeNotify(answer);
  const { wrap = (adapters) => adapters } = options;
  const service = await startService({
    ...options,
    settings: { TEXT_PREFIXES: "+46,+1", ...options.settings },
    wrap: (adapters) => wrap({ ...adapters, notify: platforms.notify }),
  });
  const old = await backedUpPhone(service, { name: "Old phone" });
  expectOk(await old.upload(held));
  await getsPushes(old);
  return { service, old, taken: platforms.taken };
}

export async function getsPushes(phone: TestPhone): Promise<void> {
  const token = `token of ${phone.deviceId}`.replaceAll(" ", "-").padEnd(64, "0");
  expectOk(await phone.sayPushToken({ environment: "production", token, language: "en" }));
}

/** The account's own contact, which counts: the account is registered with the service as an owner without a backup. */
export async function contactOfAccount(stage: ChallengeStage, address = ADDRESS): Promise<TestPhone> {
  const phone = await newPhone(stage.service, { owner: PERSONAL, name: "Another phone" });
  await confirmed(stage, phone, address);
  await later(stage.service, 7 * DAY, stage.old, phone);
  return phone;
}

/** A new phone of the owner to which the backup was recovered, with a push token. */
export async function recoveredPhone(
  stage: ChallengeStage,
  name = "New phone",
): Promise<{ readonly phone: TestPhone; readonly recoveryId: string }> {
  const phone = await newPhone(stage.service, { name });
  const { body } = await recoveredOn(phone);
  await getsPushes(phone);
  return { phone, recoveryId: body.recoveryId };
}

export interface Challenge {
  readonly challengeId: string;
  readonly state: string;
  readonly proofs: readonly (readonly string[])[];
  readonly [member: string]: unknown;
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** One request of a phone about a challenge. @param act the path behind the challenge's, and its method */
export async function ask(
  phone: TestPhone,
  path: string,
  { method = "POST", body, key }: { method?: string; body?: unknown; key?: string } = {},
): Promise<Answered> {
  const { status, body: answer } = await phone.send({
    method,
    path: `/v1/challenges${path}`,
    ...(body !== undefined && { body }),
    ...(key !== undefined && { headers: { "Idempotency-Key": key } }),
  });
  return { status, body: (answer ?? {}) as Record<string, unknown> };
}

let keys = 0;

/** A key that no request has had. */
export function freshKey(): string {
  keys += 1;
  return `challenge-key-${String(keys).padStart(8, "0")}`;
}

export async function begin(phone: TestPhone, body: unknown, key = freshKey()): Promise<Answered> {
  return await ask(phone, "", { body, key });
}

/** The reference of an account in what a recovery brought. */
export async function refOf(phone: TestPhone, recoveryId: string, kind: string): Promise<string> {
  const accounts = await accountsOf(phone, recoveryId);
  return (
    accounts.find((account) => account.kind === kind && account.push)?.ref ?? expect.fail("no such account")
  );
}

export async function accountsOf(phone: TestPhone, recoveryId: string) {
  const { body } = await phone.send({ method: "GET", path: `/v1/recoveries/${recoveryId}` });
  return (
    body as { accounts: { ref: string; kind: string; push: boolean; state: string; means: string[] }[] }
  ).accounts;
}

/** Begins the challenge of an account of a recovery. */
export async function begun(phone: TestPhone, recoveryId: string, kind = "personal"): Promise<Challenge> {
  return ok(await begin(phone, { recoveryId, ref: await refOf(phone, recoveryId, kind) }), 201);
}

export function ok({ status, body }: Answered, expected = 200): Challenge {
  const { title } = body;
  expect({ status, title }).toEqual({ status: expected, title: undefined });
  return body as unknown as Challenge;
}

export function refusedWith({ status, body }: Answered, code: string): Record<string, unknown> {
  expect({ code: body.code, status: body.status }).toEqual({ code, status });
  return body;
}

/** A sign-in to an account. */
export async function signInTo(
  stage: Pick<ChallengeStage, "service">,
  phone: TestPhone,
  challengeId: string,
  request: Partial<TokenRequest> = {},
): Promise<Answered> {
  const { owner = PERSONAL } = request;
  const token = await stage.service.issuer.sign({ ...request, owner: signInName(owner) });
  stage.service.marks.addCompact("access token", token);
  return await ask(phone, `/${challengeId}/sign-in`, { body: { token } });
}

export async function readChallenge(phone: TestPhone, challengeId: string): Promise<Challenge> {
  return ok(await ask(phone, `/${challengeId}`, { method: "GET" }));
}

/** Signs in, has a code sent to the account's contact, and gives it. */
export async function provePersonal(
  stage: ChallengeStage,
  phone: TestPhone,
  challengeId: string,
): Promise<Challenge> {
  ok(await signInTo(stage, phone, challengeId));
  await sendTo(phone, challengeId);
  return ok(await ask(phone, `/${challengeId}/code`, { body: { code: codeTo(stage) } }));
}

/** Has a code sent to the account's one contact. */
export async function sendTo(phone: TestPhone, challengeId: string): Promise<Answered> {
  const { contacts = [] } = (await readChallenge(phone, challengeId)) as {
    contacts?: { contactId: string }[];
  };
  const [contact] = contacts;
  const answered = await ask(phone, `/${challengeId}/code/send`, { body: { contactId: contact?.contactId } });
  ok(answered);
  return answered;
}

export interface AccountKey {
  readonly publicKey: { kty: string; crv: string; x: string; y: string };
  readonly privateKey: KeyObject;
}

export function accountKey(): AccountKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty = "", crv = "", x = "", y = "" } = publicKey.export({ format: "jwk" });
  return { publicKey: { kty, crv, x, y }, privateKey };
}

/** Registers the account's key, which sends the push. */
export async function register(phone: TestPhone, challengeId: string, key: AccountKey): Promise<Answered> {
  return await ask(phone, `/${challengeId}/credential`, { body: { publicKey: key.publicKey } });
}

/** What the pushes for challenges brought, in order. */
export function pushesOf({
  taken,
}: Pick<ChallengeStage, "taken">): { challengeId: string; nonce: string; to: string }[] {
  return taken
    .filter(({ channel }) => channel === "push")
    .flatMap(({ content, to }) => {
      const { kind, challengeId, nonce } = JSON.parse(content);
      return kind === "challenge" ? [{ challengeId, nonce, to }] : [];
    });
}

export function lastPush(stage: Pick<ChallengeStage, "taken">): { challengeId: string; nonce: string } {
  return pushesOf(stage).at(-1) ?? expect.fail("no push was sent");
}

interface AnswerClaims {
  readonly aud: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly deviceId: string;
  readonly ref: string;
  readonly decision: string;
  readonly number?: number;
}

/** A JWS over these claims, by this key. */
export function signed(claims: unknown, { privateKey }: AccountKey, header: unknown = HEADER): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode(header)}.${encode(claims)}`;
  const signature = sign("sha256", Buffer.from(body), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${body}.${signature.toString("base64url")}`;
}

const HEADER = { typ: "push-answer+jwt", alg: "ES256" };

/** What a phone says to the push that came last. */
export function claimsFor(
  stage: ChallengeStage,
  phone: TestPhone,
  { challengeId, account }: Challenge,
  changes: Partial<AnswerClaims> = {},
): AnswerClaims {
  const { ref } = account as { ref: string };
  return {
    aud: stage.service.origin,
    challenge: challengeId,
    nonce: lastPush(stage).nonce,
    deviceId: phone.deviceId,
    ref,
    decision: "approve",
    ...changes,
  };
}

export async function answer(
  stage: ChallengeStage,
  phone: TestPhone,
  challenge: Challenge,
  key: AccountKey,
  changes: Partial<AnswerClaims> = {},
): Promise<Answered> {
  const jws = signed(claimsFor(stage, phone, challenge, changes), key);
  return await ask(phone, `/${challenge.challengeId}/push`, { body: { answer: jws } });
}

/** A challenge of the personal account of a recovery that is proven: what is missing is the key and the answer. */
export async function proven(
  stage: ChallengeStage,
  { phone, recoveryId }: { phone: TestPhone; recoveryId: string },
): Promise<Challenge> {
  const challenge = await begun(phone, recoveryId);
  return await provePersonal(stage, phone, challenge.challengeId);
}

/** The whole way of a personal account. */
export async function verifiedPersonal(
  stage: ChallengeStage,
  where: { phone: TestPhone; recoveryId: string },
): Promise<{ readonly challenge: Challenge; readonly key: AccountKey }> {
  const challenge = await proven(stage, where);
  const key = accountKey();
  ok(await register(where.phone, challenge.challengeId, key));
  return { challenge: ok(await answer(stage, where.phone, challenge, key)), key };
}
