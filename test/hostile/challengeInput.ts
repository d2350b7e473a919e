import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { issuerIdentifier } from "../../local/issuer/settings.ts";
import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import { FABRIKAM } from "../support/activation.ts";
import { signInName } from "../support/marking.ts";
import { accountKey, signedAnswer } from "../support/pushAnswer.ts";
import { codeOf, entryOf, PERSONAL } from "./challenges.ts";
import { decode, encode, split } from "./jws.ts";
import { type Case, MARKER, type Scene } from "./scene.ts";

type Body = Readonly<Record<string, unknown>>;

/** A case whose body is another one. */
function given(title: string, code: Case[1], make: Body | ((scene: Scene) => Body | Promise<Body>)): Case {
  const body = async (scene: Scene) => JSON.stringify(typeof make === "function" ? await make(scene) : make);
  return [title, code, async (scene) => ({ body: await body(scene) })];
}

const refused = (title: string, make: Parameters<typeof given>[2]) => given(title, "body-invalid", make);

const [REF, ID] = ["r".repeat(43), "q".repeat(22)];

/** Bodies that begin no challenge. */
export const beginnings: readonly Case[] = [
  refused("nothing", {}),
  refused("a reference without a recovery", { ref: REF }),
  refused("a recovery without a reference", { recoveryId: ID }),
  refused("two ways at once", ({ phone }) => ({
    account: entryOf(phone, "personal"),
    ref: REF,
    recoveryId: ID,
  })),
  refused("a code besides", ({ body }) => ({ ...body, code: "123456789012" })),
  refused("a short reference", { ref: REF.slice(1), recoveryId: ID }),
  refused("a recovery of another form", { ref: REF, recoveryId: MARKER }),
  refused("an account without push", { account: { ref: REF, kind: "personal", push: false } }),
  refused("an account of a third party", { account: { ref: REF, kind: "third-party", push: false } }),
  refused("a third party's with push", { account: { ref: REF, kind: "third-party", push: true } }),
  refused("a personal account that nobody is", { account: { ref: REF, kind: "personal", push: true } }),
  refused("a work account without tenant", ({ phone }) => {
    const { tenant: _, ...rest } = entryOf(phone, "work-or-school") as Body;
    return { account: rest };
  }),
  refused("a personal account with a tenant", ({ phone }) => ({
    account: { ...entryOf(phone, "personal"), tenant: FABRIKAM.tenant },
  })),
  refused("an account with a name", ({ phone }) => ({
    account: { ...entryOf(phone, "personal"), userName: MARKER },
  })),
  ...[
    "",
    "12345678901",
    "1234567890123",
    "12345678901a",
    "١٢٣٤٥٦٧٨٩٠١٢",
    "1.123456789012",
    `1${" ".repeat(64)}23456789012`,
    MARKER,
  ].map((code) => refused(`the code ${code}`, { code })),
  given("a recovery that is not there", "recovery-not-found", { ref: REF, recoveryId: ID }),
];

/** What is no code of an account's provider; the last is one that nobody made. */
export const activationCodes: readonly Case[] = [
  ...[
    "",
    "12345678901",
    "1234567890123",
    "12345678901a",
    "١٢٣٤٥٦٧٨٩٠١٢",
    `https://backup.example/activate#1.123456789012`,
    MARKER,
  ].map((code) => refused(`the code ${code}`, { code })),
  given("one that nobody made", "activation-code-wrong", { code: "000 000-000 000" }),
  given("one of another tenant", "activation-code-wrong", async ({ service }) => ({
    code: await codeOf(service, { account: { ...FABRIKAM, tenant: "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3" } }),
  })),
  given("one of another subject", "activation-code-wrong", async ({ service }) => ({
    code: await codeOf(service, { account: { ...FABRIKAM, subject: "somebody-else" } }),
  })),
  given("one that has expired", "activation-code-expired", async ({ service }) => ({
    code: await codeOf(service, { expiresAt: new Date(service.now()).toISOString() }),
  })),
  given("one that was cancelled", "activation-code-cancelled", async ({ service }) => ({
    code: await codeOf(service, { cancelledAt: new Date(service.now()).toISOString() }),
  })),
  given("one that a newer one has replaced", "activation-code-superseded", async ({ service }) => ({
    code: await codeOf(service, { generation: 2 }),
  })),
  given("one that another owner has used", "activation-code-used", async ({ service }) => ({
    code: await codeOf(service, { claimedBy: { userId: "u".repeat(43), challengeId: ID } }),
  })),
];

/** What is no code of a contact. */
export const contactCodes: readonly Case[] = [
  ...["", "12345", "1234567", "12345a", "١٢٣٤٥٦", " 1 2 3 4 5 6 7 8 9", MARKER].map((code) =>
    refused(`the code ${code}`, { code }),
  ),
  given("another one", "contact-code-wrong", ({ body }) => ({ code: other(String(body?.code)) })),
  given("another one, in full width", "contact-code-wrong", ({ body }) => ({
    code: other(String(body?.code)).replace(/\d/g, (digit) =>
      String.fromCharCode(digit.charCodeAt(0) + 0xfee0),
    ),
  })),
];

function other(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, "0");
}

/** A token of the issuer, whose signature is right. */
function signIn(title: string, code: Case[1], request: Partial<TokenRequest>, overrides = {}): Case {
  return given(title, code, async ({ service }) => ({
    token: await service.issuer.sign({ owner: signInName(PERSONAL), ...request }, overrides),
  }));
}

const invalid = (title: string, spoilt: (token: string) => string): Case =>
  given(title, "sign-in-invalid", ({ body }) => ({ token: spoilt(String(body?.token)) }));

/** Sign-ins that don't prove the personal account. */
export const signIns: readonly Case[] = [
  ...[
    "",
    "short",
    "with a space in it, and long",
    "line\nbreaks\nare\nnone",
    "A".repeat(16_385),
    `Bearer ${MARKER}`,
  ].map((token) => refused(`the token ${token.slice(0, 20)}`, { token })),
  given("no token at all", "sign-in-invalid", { token: MARKER }),
  given("the request's own", "sign-in-mismatch", ({ token }) => ({ token })),
  signIn("of the owner", "sign-in-mismatch", { owner: signInName("alice") }),
  signIn("of somebody else", "sign-in-mismatch", { owner: signInName("mallory") }),
  signIn("of one with nearly the name", "sign-in-mismatch", { owner: signInName(PERSONAL.toUpperCase()) }),
  signIn("of a work account of that name", "sign-in-mismatch", { kind: "work-or-school" }),
  signIn("of an app", "sign-in-mismatch", { kind: "provider" }),
  signIn("of a person at a provider's app", "sign-in-mismatch", { kind: "provider", person: true }),
  signIn("at another issuer", "sign-in-mismatch", { profile: "entra" }),
  signIn("of a minute ago", "sign-in-stale", { signedInSecondsAgo: 60 }),
  signIn("for another phone's key", "sign-in-stale", { cnf: "k".repeat(43) }),
  signIn("for another service", "sign-in-invalid", {}, { aud: "https://another.example" }),
  signIn(
    "of an issuer that nobody knows",
    "sign-in-invalid",
    {},
    {
      iss: `${issuerIdentifier("personal", "oidc")}/other`,
    },
  ),
  signIn("that is no access token", "sign-in-invalid", {}, { typ: "JWT" }),
  signIn("that is over", "sign-in-invalid", {}, { exp: 1 }),
  invalid("unsigned", (token) => {
    const { payload } = split(token);
    return `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`;
  }),
  invalid("with another name under its signature", (token) => {
    const { header, payload, signature } = split(token);
    return `${header}.${encode({ ...decode(payload), auth_time: 4_000_000_000 })}.${signature}`;
  }),
];

/** Keys that are no account's. */
export const accountKeys: readonly Case[] = [
  refused("nothing", {}),
  refused("another curve", () => ({
    publicKey: generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ format: "jwk" }),
  })),
  refused("another kind of key", () => ({
    publicKey: generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }),
  })),
  refused("a member besides", ({ body }) => ({ publicKey: { ...(body?.publicKey as Body), kid: MARKER } })),
  refused("a short coordinate", ({ body }) => ({
    publicKey: { ...(body?.publicKey as Body), x: "AA" },
  })),
  given("a private key", "private-key-refused", ({ body }) => ({
    publicKey: { ...(body?.publicKey as Body), d: "d".repeat(43) },
  })),
  given("a point off the curve", "credential-key-refused", ({ body }) => ({
    publicKey: { ...(body?.publicKey as Body), y: "A".repeat(43) },
  })),
  given("the phone's own key", "credential-key-refused", ({ signing: { kty, crv, x, y } }) => ({
    publicKey: { kty, crv, x, y },
  })),
  given("the key that things are sealed to", "credential-key-refused", ({ phone }) => {
    const { kty, crv, x, y } = phone.state().keys.sealing;
    return { publicKey: { kty, crv, x, y } };
  }),
];

/** The right answer, put together again. */
function answered(title: string, spoilt: (answer: string, scene: Scene) => string): Case {
  return given(title, "push-answer-invalid", (scene) => ({
    answer: spoilt(String(scene.body?.answer), scene),
  }));
}

const headed = (title: string, header: Body): Case =>
  answered(title, (answer) => {
    const { payload, signature } = split(answer);
    return `${encode(header)}.${payload}.${signature}`;
  });

/** What is no answer to a push; that it says what was asked is looked at elsewhere. */
export const answers: readonly Case[] = [
  refused("two parts", { answer: "a.b" }),
  refused("four parts", { answer: "a.b.c.d" }),
  refused("an empty part", { answer: "a..c" }),
  refused("padding", { answer: "a=.b.c" }),
  refused("more than any answer has", { answer: `a.${"b".repeat(2048)}.c` }),
  answered("text that is no JSON", () => `${MARKER}.${MARKER}.${"A".repeat(86)}`),
  answered("signed by another key", (answer) => signedAnswer(decode(split(answer).payload), accountKey())),
  answered("signed by the phone's own key", (answer, { phone }) => {
    return signedAnswer(decode(split(answer).payload), {
      privateKey: createPrivateKey({ format: "jwk", key: { ...phone.state().keys.signing } }),
    });
  }),
  answered("with a signature of zeros", (answer) => {
    const { header, payload } = split(answer);
    return `${header}.${payload}.${"A".repeat(86)}`;
  }),
  answered("with a signature that is too short", (answer) => answer.slice(0, -4)),
  answered("with another decision under its signature", (answer) => {
    const { header, payload, signature } = split(answer);
    return `${header}.${encode({ ...decode(payload), decision: "deny" })}.${signature}`;
  }),
  headed("unsigned", { typ: "push-answer+jwt", alg: "none" }),
  headed("under a secret", { typ: "push-answer+jwt", alg: "HS256" }),
  headed("of another type", { typ: "dpop+jwt", alg: "ES256" }),
  headed("that brings its own key", { typ: "push-answer+jwt", alg: "ES256", jwk: accountKey().publicKey }),
  headed("with what must be understood", { typ: "push-answer+jwt", alg: "ES256", crit: ["b64"], b64: false }),
];
