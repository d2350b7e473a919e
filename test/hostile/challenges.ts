import { randomUUID } from "node:crypto";
import { makeManifest } from "../../local/phone/protocol/manifest.ts";
import { COUNTS_AFTER } from "../../shared/contact/contacts.ts";
import type { ManifestEntry } from "../../shared/model/manifest.ts";
import { contents } from "../support/accounts.ts";
import { issueActivation } from "../support/activation.ts";
import { lastCodeTo } from "../support/codes.ts";
import { signInName } from "../support/marking.ts";
import { type AccountKey, accountKey, nonceIn, signedAnswer } from "../support/pushAnswer.ts";
import { expectOk, registeredPhone, type TestPhone, type TestService } from "../support/service.ts";
import { phoneWithBackup } from "./phones.ts";
import type { Sample } from "./scene.ts";

/** Who signs in to the personal account with push of `contents`. */
export const PERSONAL = "contoso-alice";
const ADDRESS = "alice.at.contoso@wonderland.example";

export interface Challenge {
  readonly challengeId: string;
  readonly account: { readonly ref: string };
  readonly [member: string]: unknown;
}

/** A phone of an owner who has a backup, and gets pushes. */
export async function phoneWithPush(service: TestService, owner?: string): Promise<TestPhone> {
  const phone = await phoneWithBackup(service, owner);
  await getsPushes(phone);
  return phone;
}

export async function getsPushes(phone: TestPhone): Promise<void> {
  expectOk(await phone.sayPushToken({ environment: "sandbox", token: "c0ffee00".repeat(8), language: "en" }));
}

/** The account has a contact of its own, which counts. */
export async function withContact(service: TestService): Promise<void> {
  const phone = await registeredPhone(service, { owner: PERSONAL });
  const added = await phone.addContact("email", ADDRESS);
  expectOk(added);
  expectOk(await phone.confirmContact(added.body.contactId, lastCodeTo(service, ADDRESS)));
  service.advance(COUNTS_AFTER / 1000);
}

/** An account with push as the phone's manifest has it. */
export function entryOf(phone: TestPhone, kind: ManifestEntry["kind"]): ManifestEntry {
  const salt = Buffer.from(phone.state().owner?.referenceSalt ?? "", "base64url");
  const { accounts } = makeManifest(contents, salt);
  const found = accounts.find((entry) => entry.kind === kind && entry.push);
  if (!found) throw new Error(`no ${kind} account with push`);
  return found as ManifestEntry;
}

/** One request of a phone, which succeeds. @param path behind that of all challenges */
export async function ask(phone: TestPhone, path: string, body?: unknown): Promise<Challenge> {
  const { status, body: answer } = await phone.send({
    method: body === "GET" ? "GET" : "POST",
    path: `/v1/challenges${path}`,
    ...(body !== undefined && body !== "GET" && { body }),
    ...(path === "" && { headers: { "Idempotency-Key": randomUUID() } }),
  });
  if (status >= 300) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer as Challenge;
}

/** Begins the challenge of one of the phone's accounts, outside a recovery. */
export async function begun(phone: TestPhone, kind: ManifestEntry["kind"]): Promise<Challenge> {
  return await ask(phone, "", { account: entryOf(phone, kind) });
}

/** A token of a sign-in to an account. */
export async function tokenOf(service: TestService, owner = PERSONAL): Promise<string> {
  const token = await service.issuer.sign({ owner: signInName(owner) });
  service.marks.addCompact("access token", token);
  return token;
}

/** A code of the work account's provider. */
export async function codeOf(
  service: TestService,
  changes: Parameters<typeof issueActivation>[1] = {},
): Promise<string> {
  const where = {
    adapters: service.adapters,
    serviceKeys: JSON.parse(service.serviceKey),
    now: service.now(),
  };
  return (await issueActivation(where, changes)).code;
}

/** The account was signed in to. */
export async function signedIn(service: TestService, phone: TestPhone): Promise<Challenge> {
  const { challengeId } = await begun(phone, "personal");
  return await ask(phone, `/${challengeId}/sign-in`, { token: await tokenOf(service) });
}

export async function contactOf(phone: TestPhone, challengeId: string): Promise<string> {
  const { contacts } = await ask(phone, `/${challengeId}`, "GET");
  const [contact] = contacts as { contactId: string }[];
  return contact?.contactId ?? "";
}

/** A code was sent to the account's contact. @returns the code besides */
export async function codeSent(
  service: TestService,
  phone: TestPhone,
): Promise<Challenge & { readonly sent: string }> {
  const { challengeId } = await signedIn(service, phone);
  const challenge = await ask(phone, `/${challengeId}/code/send`, {
    contactId: await contactOf(phone, challengeId),
  });
  return { ...challenge, sent: lastCodeTo(service, ADDRESS) };
}

/** The account's key was registered, and a push was sent. @returns the key besides */
export async function pushed(
  service: TestService,
  phone: TestPhone,
): Promise<Challenge & { readonly key: AccountKey }> {
  const { challengeId } = await begun(phone, "work-or-school");
  await ask(phone, `/${challengeId}/activation`, { code: await codeOf(service) });
  const key = accountKey();
  return { ...(await ask(phone, `/${challengeId}/credential`, { publicKey: key.publicKey })), key };
}

/** What is answered to the push that came last. */
export function claimsOf(service: TestService, phone: TestPhone, { challengeId, account }: Challenge) {
  const nonce = service
    .sent()
    .flatMap((sent) => (sent.channel === "push" ? (nonceIn(sent.payload) ?? []) : []));
  return {
    aud: service.origin,
    challenge: challengeId,
    nonce: nonce.at(-1) ?? "",
    deviceId: phone.deviceId,
    ref: account.ref,
    decision: "approve",
  };
}

/** A request about a challenge, which is made anew when its hour is over. */
async function about(
  phone: TestPhone,
  act: string,
  make: () => Promise<{ readonly challengeId: string; readonly body?: Sample["body"] }>,
): Promise<Sample> {
  const request = async () => {
    const { challengeId, body } = await make();
    return { path: `/v1/challenges/${challengeId}${act}`, ...(body && { body }) };
  };
  return { phone, ...(await request()), renewed: request };
}

export const challengeSamples: Readonly<Record<string, (service: TestService) => Promise<Sample>>> = {
  "challenges-begin": async (service) => {
    const phone = await phoneWithBackup(service);
    const headers = { "Idempotency-Key": randomUUID() };
    return { phone, path: "/v1/challenges", headers, body: { account: entryOf(phone, "personal") } };
  },

  "challenges-read": async (service) => {
    const phone = await phoneWithBackup(service);
    return await about(phone, "", async () => await begun(phone, "personal").then(idOf));
  },

  "challenges-cancel": async (service) => {
    const phone = await phoneWithBackup(service);
    return await about(phone, "", async () => await begun(phone, "personal").then(idOf));
  },

  "challenges-sign-in": async (service) => {
    const phone = await phoneWithBackup(service);
    return await about(phone, "/sign-in", async () => ({
      ...idOf(await begun(phone, "personal")),
      body: { token: await tokenOf(service) },
    }));
  },

  "challenges-code-send": async (service) => {
    await withContact(service);
    const phone = await phoneWithBackup(service);
    return await about(phone, "/code/send", async () => {
      const { challengeId } = await signedIn(service, phone);
      return { challengeId, body: { contactId: await contactOf(phone, challengeId) } };
    });
  },

  "challenges-code": async (service) => {
    await withContact(service);
    const phone = await phoneWithBackup(service);
    return await about(phone, "/code", async () => {
      const { sent, challengeId } = await codeSent(service, phone);
      return { challengeId, body: { code: sent } };
    });
  },

  "challenges-activation": async (service) => {
    const phone = await phoneWithBackup(service);
    return await about(phone, "/activation", async () => ({
      ...idOf(await begun(phone, "work-or-school")),
      body: { code: await codeOf(service) },
    }));
  },

  "challenges-credential": async (service) => {
    const phone = await phoneWithPush(service);
    return await about(phone, "/credential", async () => {
      const { challengeId } = await begun(phone, "work-or-school");
      await ask(phone, `/${challengeId}/activation`, { code: await codeOf(service) });
      return { challengeId, body: { publicKey: accountKey().publicKey } };
    });
  },

  "challenges-push-send": async (service) => {
    const phone = await phoneWithPush(service);
    return await about(phone, "/push/send", async () => {
      const { challengeId } = await pushed(service, phone);
      service.advance(30);
      return { challengeId };
    });
  },

  "challenges-push": async (service) => {
    const phone = await phoneWithPush(service);
    return await about(phone, "/push", async () => {
      const challenge = await pushed(service, phone);
      const answer = signedAnswer(claimsOf(service, phone, challenge), challenge.key);
      return { ...idOf(challenge), body: { answer } };
    });
  },
};

function idOf({ challengeId }: Challenge) {
  return { challengeId };
}
