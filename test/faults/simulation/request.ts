import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { endpoints } from "../../../functions/endpoints.ts";
import type { PhoneEndpoint } from "../../../shared/http/endpoint.ts";
import { compileRoutes } from "../../../shared/http/route.ts";
import type { Manifest } from "../../../shared/model/manifest.ts";
import type { PublicKey } from "../../../shared/model/publicKey.ts";
import type { Purpose } from "../../../shared/words.ts";
import { hashOf, type Member } from "./family.ts";
import type { Moments } from "./journal.ts";
import { isWrongTry } from "./never.ts";
import { effectOf, verdictOn } from "./rules.ts";

/** Seconds that a sign-in counts as recent: the setting's own. */
const MAX_AGE = 600;

/** Milliseconds within which the service may not know an issuer's new key yet. */
const ROTATED_WITHIN = 30_000;

type Sent = Parameters<typeof globalThis.fetch>;

/** What bodies of requests have that decides anything. */
interface Asked {
  readonly name?: string;
  readonly sealingKey?: PublicKey;
  readonly storageCheck?: string;
  readonly recoveryKeyCheck?: string;
  readonly accounts?: string[];
  readonly envelope?: string;
  readonly manifest?: Manifest;
  readonly replaces?: number;
  readonly purpose?: Purpose;
  readonly version?: number;
  readonly waitingSeconds?: number;
  readonly address?: string;
  readonly ref?: string;
  readonly recoveryId?: string;
  readonly token?: string;
  readonly code?: string;
  readonly contactId?: string;
  readonly publicKey?: PublicKey;
  /** Compact JWS. */
  readonly answer?: string;
}

interface Sealed {
  readonly id: string;
  readonly number: number;
  /** Compact JWE. */
  readonly sealed?: string;
}

/** What bodies of answers have that is held against anything. */
export interface Answered {
  readonly code?: string;
  readonly retryable?: boolean;
  readonly recoveryId?: string;
  readonly version?: number;
  readonly versions?: unknown;
  readonly devices?: readonly { readonly deviceId: string; readonly trusted: boolean }[];
  readonly key?: Sealed;
  readonly keys?: readonly Sealed[];
  readonly challengeId?: string;
  readonly state?: string;
  readonly given?: readonly string[];
  readonly proofs?: readonly (readonly string[])[];
}

/** What a phone asks for, and all that decides what it is answered. */
export interface Request {
  readonly member: Member;
  readonly sent: Sent;
  readonly endpoint: PhoneEndpoint;
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: Asked;
  /** SHA-256 of the envelope that it brings. */
  readonly digest: string;
  readonly idempotencyKey: string | undefined;
  readonly tokenHash: string;
  readonly deviceId: string;
  /** When it is sent, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether the sign-in behind it is a recent one. */
  readonly fresh: boolean;
  /** Whether somebody who kept it sends it a second time. */
  readonly replayed: boolean;
  /** The states that the owner is in until it is answered. */
  readonly moments: Moments;
  /** How many faults it met. */
  faults: number;
}

const match = compileRoutes(
  endpoints
    .filter(({ access }) => access !== "anonymous")
    .map((endpoint) => {
      const { name, method, route } = endpoint.declaration;
      return { name, methods: [method], route, endpoint: endpoint as PhoneEndpoint };
    }),
);

/** Sends a phone's request, and holds the answer against the rules. Rejects with `NoAnswer` if there is none. */
export async function ask(member: Member, sent: Sent, replayed = false): Promise<Response> {
  const { world } = member.family;
  const request = read(member, sent, replayed);
  const actor = world.actor();
  if (actor) actor.request = request;
  const response = await world.service.fetch(...sent);
  const text = await response.clone().text();
  check(request, response, text === "" ? {} : JSON.parse(text));
  return response;
}

function read(member: Member, sent: Sent, replayed: boolean): Request {
  const { family, phone } = member;
  const [url, { method = "GET", headers: given, body } = {}] = sent;
  const headers = new Headers(given);
  const found = match(method, new URL(String(url)).pathname) ?? assert.fail(`no route for ${url}`);
  const { endpoint, name } = found.route;
  const asked = endpoint.declaration.body?.parse(JSON.parse(String(body))) as Asked | undefined;
  const tokenHash = hashOf(headers.get("Authorization")?.replace("Bearer ", "") ?? "");
  const at = family.world.clock.time;
  const signedInAt = family.signIns.get(tokenHash) ?? assert.fail("a token that nobody was given");
  return {
    member,
    sent,
    endpoint,
    name,
    params: found.params,
    headers,
    body: asked ?? {},
    digest: hash("sha256", asked?.envelope ?? "", "base64url"),
    idempotencyKey: headers.get("Idempotency-Key") ?? undefined,
    tokenHash,
    deviceId: phone.deviceId,
    at,
    fresh: at / 1000 - signedInAt <= MAX_AGE,
    replayed,
    moments: family.journal.moments(),
    faults: 0,
  };
}

const SENDS_CODES: ReadonlySet<string> = new Set(["contacts-add", "challenges-code-send"]);

/** Whatever the answer: it is true of one of the moments, and nothing leaves that should not. */
function check(request: Request, response: Response, body: Answered): void {
  const { moments, faults, replayed } = request;
  checkSecrets(request, body);
  if (response.ok) {
    if (replayed) {
      assert(
        moments.some(({ owner }) => isThere(owner, request.deviceId)),
        "a revoked phone is served",
      );
      return;
    }
    // A code that may have gone out is sent once more, under the same id.
    if (!SENDS_CODES.has(request.name)) assert.equal(faults, 0, "a fault went unnoticed");
    assert(
      moments.some((state) => verdictOn(request, state) === undefined),
      "it is served, and may not be",
    );
    assert(
      moments.some((state) => effectOf(request, state, body)),
      "it is answered, and not so",
    );
    return;
  }
  if (replayed) return;
  const { code, retryable } = body;
  if (retryable) {
    assert(Number(response.headers.get("Retry-After")) > 0, "it may be asked again, but when?");
    if (code === "sign-in-unavailable") {
      const { service, clock } = request.member.family.world;
      assert(clock.time - service.issuer.rotatedAt() < ROTATED_WITHIN, "a key that is there is not found");
    } else if (code?.endsWith("-sent-recently")) checkVerdict(request, code);
    else if (code !== "busy") assert(faults > 0, `${code}, though nothing failed`);
    return;
  }
  assert.equal(faults, 0, "a fault went unnoticed");
  // Which code is right is the platform's business and the owner's: the state has its HMAC alone.
  if (request.name === "contacts-confirm" && code?.startsWith("contact-code-")) return;
  if (request.name === "contacts-confirm" && code === "contact-confirmed") {
    assert(
      moments.some((state) => effectOf(request, state, body)),
      "a contact is said to be confirmed",
    );
    return;
  }
  if (isOfCode(request, code)) checkCode(request, code);
  else if (code === "push-token-missing") {
    const { post } = request.member.family.world;
    assert(!post.reaches(request.deviceId), "a token is there, and not found");
  } else checkVerdict(request, code);
}

/** What it was refused for is true of one of the moments. */
function checkVerdict(request: Request, code: string | undefined): void {
  const { moments } = request;
  const verdicts = new Set<string | undefined>();
  const isTrue = moments.some((state) => {
    const verdict = verdictOn(request, state);
    verdicts.add(verdict);
    return verdict === code;
  });
  assert(isTrue, `it was refused: ${code}, and not: ${[...verdicts].join(", ")}`);
}

/** Which of these codes is right is what whoever made them knows. */
function isOfCode({ name }: Request, code = ""): boolean {
  return name.startsWith("challenges-") && /^(contact|activation)-code-/.test(code);
}

/** A wrong code is wrong indeed, and counted once; one that is no longer good costs nothing. */
function checkCode(request: Request, code = ""): void {
  const { member, params, body, moments } = request;
  const { witness } = member.family.world;
  const { code: given = "" } = body;
  // It is the first to see that all is committed.
  moments.states();
  const counted = member.family.journal
    .steps()
    .filter((step) => step.request === request && isWrongTry(step)).length;
  const isWrong = code.endsWith("-wrong");
  assert.equal(counted, isWrong ? 1 : 0, "how often a code is counted");
  const isSent = witness.codesFor(params.challengeId ?? "").includes(given);
  if (code === "contact-code-wrong") assert(!isSent, "a code is wrong that was sent");
  if (code.startsWith("activation-code-") && !isWrong) {
    assert(witness.isIssued(given), "a code was good once that nobody has issued");
  }
}

/**
 * Keys and envelopes leave to a trusted phone alone, and no further back than it is trusted for; what it holds then is
 * remembered, as is what it no longer should hold.
 */
function checkSecrets({ member, deviceId, moments }: Request, body: Answered): void {
  const { ledger } = member.family;
  // Statuses and versions name a key, and bring none.
  const keys = [body.key, ...(body.keys ?? [])].filter((key) => key?.sealed !== undefined);
  for (const { id, number } of keys as Sealed[]) {
    const may = moments.some(({ owner }) => {
      const { trusted } = owner?.devices.find((phone) => phone.deviceId === deviceId) ?? {};
      return trusted !== undefined && trusted.from <= number;
    });
    assert(may, `key ${number} is released to a phone that may not have it`);
    ledger.holds(deviceId, id);
  }
}

function isThere(owner: { devices: readonly { deviceId: string }[] } | undefined, deviceId: string): boolean {
  return owner?.devices.some((device) => device.deviceId === deviceId) ?? false;
}
