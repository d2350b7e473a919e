import { base64url } from "jose";
import * as z from "zod";
import { openCodeSecret } from "../protocol/accountCode.ts";
import { readActivation } from "../protocol/activation.ts";
import { generateAccountKey, publicJwk } from "../protocol/keys.ts";
import { accountReferences, subjectHash } from "../protocol/manifest.ts";
import { makePushAnswer } from "../protocol/pushAnswer.ts";
import { type Answer, type Result, readAnswer } from "./problem.ts";
import { isFinal, type Session } from "./session.ts";
import type { HeldAccount } from "./state.ts";

const contactSchema = z.looseObject({
  contactId: z.string(),
  kind: z.enum(["email", "phone"]),
  /** What the owner recognizes it by. */
  hint: z.string(),
});

const challengeSchema = z.looseObject({
  challengeId: z.string(),
  state: z.enum(["open", "locked", "proven", "pushed", "verified", "refused", "cancelled", "expired"]),
  account: z.looseObject({
    ref: z.string(),
    kind: z.enum(["personal", "work-or-school"]),
    /** Where the challenge began with a code: what the phone shows, and backs up, of the account. */
    organization: z.string().optional(),
    userName: z.string().optional(),
    tenant: z.string().optional(),
    subject: z.string().optional(),
  }),
  /** What is missing: all of one of these lists. */
  proofs: z.array(z.array(z.string())),
  given: z.array(z.string()),
  triesLeft: z.int(),
  lockedUntil: z.iso.datetime().optional(),
  /** Where a code can be sent, once the account was signed in to. */
  contacts: z.array(contactSchema).optional(),
  code: z
    .looseObject({
      contactId: z.string(),
      expiresAt: z.iso.datetime(),
      sendAgainAt: z.iso.datetime(),
      sendsLeft: z.int(),
    })
    .optional(),
  push: z
    .looseObject({
      answerUntil: z.iso.datetime(),
      sendAgainAt: z.iso.datetime(),
      sendsLeft: z.int(),
      /** Whether the provider's page shows a number. */
      number: z.boolean(),
    })
    .optional(),
  remedy: z.string().optional(),
  startedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Challenge = z.infer<typeof challengeSchema>;

const answeredSchema = challengeSchema.extend({
  oneTimeCode: z.looseObject({ sealed: z.string() }).optional(),
});

/** A work or school account that is added by a sign-in: who it is, and what the phone shows of it. */
export interface AddedAccount {
  readonly issuer: string;
  readonly userName: string;
  readonly tenant: string;
  readonly subject: string;
}

/** What the owner says to a push. */
export interface Decision {
  /** As it came in the push. */
  readonly nonce: string;
  readonly decision: "approve" | "deny";
  /** The provider's page shows it. */
  readonly number?: number | undefined;
}

/** The challenge has ended, or there is none: another one begins. */
const ENDS: ReadonlySet<string> = new Set(["challenge-not-found", "challenge-over", "push-number-wrong"]);

/** Nothing leads on from these. */
const OVER: ReadonlySet<Challenge["state"]> = new Set(["verified", "refused", "cancelled", "expired"]);

/** Verifying an account with push on this phone, one at a time. */
export function challengeActs(session: Session) {
  const { state, deviceId, origin, send, act, create } = session;

  function salt(): Uint8Array {
    if (!state.owner) throw new Error("verify: register this phone first");
    return base64url.decode(state.owner.referenceSalt);
  }

  const pathOf = (challengeId: string, act = "") => `/v1/challenges/${challengeId}${act}`;

  /** Forgets a challenge that has ended. */
  function settle<R extends Result<Challenge>>(result: R): R {
    const isOver = result.ok ? OVER.has(result.body.state) : ENDS.has(result.problem.code);
    if (isOver) delete state.challenge;
    return result;
  }

  async function change(challengeId: string, path: string, body?: Readonly<Record<string, unknown>>) {
    const answer = await act({ method: "POST", path: pathOf(challengeId, path), ...(body && { body }) });
    return settle(readAnswer(answer, challengeSchema));
  }

  async function begin(body: Readonly<Record<string, unknown>>): Promise<Result<Challenge>> {
    const request = { method: "POST", path: "/v1/challenges", body, schema: challengeSchema };
    const result = await create("challenge", request);
    if (!result.ok) return result;
    state.challenge = { challengeId: result.body.challengeId, ref: result.body.account.ref };
    return settle(result);
  }

  /** The account as the manifest of a backup has it. */
  function entryOf({ ref, push }: HeldAccount) {
    if (!push) throw new Error("verify: the account has no push");
    return push.kind === "personal"
      ? { ref, kind: push.kind, push: true, subjectHash: subjectHash(salt(), push.authority, push.subject) }
      : {
          ref,
          kind: push.kind,
          push: true,
          tenant: push.tenant,
          subjectHash: subjectHash(salt(), push.tenant, push.subject),
        };
  }

  /** The account is on this phone from now on, and waits until it is verified; one that is there already stays as it is. */
  function hold(account: HeldAccount): void {
    if (state.accounts.some(({ ref }) => ref === account.ref)) return;
    state.accounts.push({ ...account, actionRequired: {} });
  }

  /** What an approved push brings: the account works here. */
  async function keepCredential(ref: string, sealed: string | undefined): Promise<void> {
    const key = state.challenge?.key;
    if (!key) return;
    const secret =
      sealed === undefined
        ? undefined
        : await openCodeSecret({ ref, sealed }, state.keys.sealing, await session.userId());
    const others = state.credentials.filter((credential) => credential.ref !== ref);
    state.credentials = [...others, { ref, key, ...(secret && { codeSecret: base64url.encode(secret) }) }];
    for (const account of state.accounts) if (account.ref === ref) delete account.actionRequired;
  }

  return {
    /**
     * Begins the verification of an account on this phone; the one that was open here ends. After a try without an answer,
     * the next one has the same Idempotency-Key.
     */
    async beginChallenge(account: HeldAccount): Promise<Result<Challenge>> {
      const recoveryId = account.actionRequired?.recoveryId;
      return await begin(
        recoveryId === undefined ? { account: entryOf(account) } : { ref: account.ref, recoveryId },
      );
    },

    /**
     * Adds a work or school account by its provider's code.
     * @param text the code as it was typed, or the text of the QR code
     * @throws {ActivationRefused} before anything is sent
     */
    async addByCode(text: string): Promise<Result<Challenge>> {
      const result = await begin({ code: readActivation(text, origin) });
      if (!result.ok) return result;
      const { ref, organization = "", userName = "", tenant, subject } = result.body.account;
      const isWhole = tenant !== undefined && subject !== undefined;
      hold({
        ref,
        issuer: organization,
        userName,
        ...(isWhole && { push: { kind: "work-or-school", tenant, subject } }),
      });
      return result;
    },

    /** Adds a work or school account that is proved by a sign-in to it. */
    async addBySignIn({ issuer, userName, tenant, subject }: AddedAccount): Promise<Result<Challenge>> {
      const push = { kind: "work-or-school", tenant, subject } as const;
      const [ref = ""] = accountReferences(salt(), [{ ...push, issuer, userName, push: true }]);
      const account = { ref, issuer, userName, push };
      const result = await begin({ account: entryOf(account) });
      if (result.ok) hold(account);
      return result;
    },

    async readChallenge(challengeId: string): Promise<Result<Challenge>> {
      const result = readAnswer(await send({ method: "GET", path: pathOf(challengeId) }), challengeSchema);
      // What the account's answer brought got lost with it: it is sent again before the challenge is forgotten.
      const isUnread = result.ok && result.body.state === "verified" && state.challenge?.answer !== undefined;
      return isUnread ? result : settle(result);
    },

    async cancelChallenge(challengeId: string): Promise<Result<undefined>> {
      const result = readAnswer(await act({ method: "DELETE", path: pathOf(challengeId) }), z.undefined());
      if (result.ok || ENDS.has(result.problem.code)) delete state.challenge;
      return result;
    },

    /** @param token of a sign-in to the account itself, made since the challenge began */
    signInToAccount: (challengeId: string, token: string) => change(challengeId, "/sign-in", { token }),

    sendChallengeCode: (challengeId: string, contactId: string) =>
      change(challengeId, "/code/send", { contactId }),

    /** @param code as the owner has read it in the mailbox or on the telephone */
    giveChallengeCode: (challengeId: string, code: string) => change(challengeId, "/code", { code }),

    /** @param text as for `addByCode` @throws {ActivationRefused} before anything is sent */
    giveActivation: (challengeId: string, text: string) =>
      change(challengeId, "/activation", { code: readActivation(text, origin) }),

    /** Makes the account's key and registers it: a push is sent to this phone. */
    async registerAccountKey(challengeId: string): Promise<Result<Challenge>> {
      const open = state.challenge;
      if (open?.challengeId !== challengeId)
        throw new Error("verify: that is not the challenge of this phone");
      open.key ??= await generateAccountKey();
      const result = await change(challengeId, "/credential", { publicKey: publicJwk(open.key) });
      if (!result.ok && result.problem.code === "credential-key-reused") delete open.key;
      return result;
    },

    sendPushAgain: (challengeId: string) => change(challengeId, "/push/send"),

    /**
     * Answers a push. After a try without an answer, the same decision is sent again as it was: another one would bring no
     * secret.
     */
    async answerPush(challengeId: string, { nonce, decision, number }: Decision): Promise<Result<Challenge>> {
      const open = state.challenge;
      if (open?.challengeId !== challengeId || !open.key) {
        throw new Error("answer: no push is awaited for that challenge");
      }
      const { ref, key, answer: before } = open;
      const isSame = before?.nonce === nonce && before.decision === decision && before.number === number;
      const jws = isSame
        ? before.jws
        : await makePushAnswer(
            { aud: origin, challenge: challengeId, nonce, deviceId, ref, decision, number },
            key,
          );
      open.answer = { nonce, decision, ...(number !== undefined && { number }), jws };
      const path = pathOf(challengeId, "/push");
      const answered: Answer = await act({ method: "POST", path, body: { answer: jws } });
      const result = readAnswer(answered, answeredSchema);
      if (result.ok && result.body.state === "verified") {
        await keepCredential(ref, result.body.oneTimeCode?.sealed);
      }
      if (isFinal(result) && open.answer) delete open.answer;
      return settle(result);
    },
  };
}
