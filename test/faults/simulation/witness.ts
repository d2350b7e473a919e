import assert from "node:assert/strict";
import { createPublicKey, hash, verify } from "node:crypto";
import type { Activation } from "../../../shared/model/activation.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Notify } from "../../../shared/notify/port.ts";
import { ids } from "../../../shared/store/items.ts";
import type { Store } from "../../../shared/store/port.ts";
import type { Means } from "../../../shared/words.ts";
import { hashOf } from "./family.ts";
import type { Step } from "./journal.ts";
import { tokenOf } from "./post.ts";
import type { Request } from "./request.ts";

// What proves an account, as whoever issued, sent or signed it knows it; and what must be true of each verification, said
// without the service's own rules.

type Claim = NonNullable<Activation["claimedBy"]>;

export type Witness = ReturnType<typeof createWitness>;

export function createWitness() {
  /** The owners who have signed in to an account, and when in seconds since the epoch; by the token's hash. */
  const signIns = new Map<string, { readonly userId: string; readonly at: number }>();
  /** Activations by their codes, and for whom each was issued, in that order. */
  const issued = new Map<string, { readonly activationId: string; readonly userId: string }>();
  /** For whom each activation was claimed, in order. */
  const claims = new Map<string, Claim[]>();
  /** By challenge: the codes that were mailed, and the pushes that were taken. */
  const mailed = new Map<string, string[]>();
  const pushed = new Map<string, { readonly nonce: string; readonly to: string }[]>();
  /** What has proved an account: nothing does twice. */
  const used = new Set<string>();
  /** The accounts that were verified, as `{recoveryId} {ref}`. */
  const ready = new Set<string>();
  /** The partitions of the second container in which holders were written. */
  const holders = new Set<string>();

  function checkProof(means: Means, challengeId: string, { startedAt, activation }: Challenge, by: Request) {
    const { userId } = by.member.family;
    const { token = "", code = "" } = by.body;
    switch (means) {
      case "fresh-sign-in": {
        const signIn = signIns.get(hashOf(token));
        assert.equal(signIn?.userId, userId, "somebody else has signed in to the account");
        assert(signIn && signIn.at >= Math.floor(Date.parse(startedAt) / 1000), "an old sign-in proves it");
        return use(`sign-in ${hashOf(token)}`);
      }
      case "contact-code":
        return assert(mailed.get(challengeId)?.includes(code), "a code proves it that nobody was sent");
      case "activation-code": {
        const id = issued.get(code)?.activationId;
        assert(
          id !== undefined && id === activation?.id,
          "a code proves it that its provider has not issued",
        );
        return assert.deepEqual(claims.get(id)?.at(-1), { userId, challengeId }, "who has the activation");
      }
      default:
        return assert.fail(`${means} is no proof`);
    }
  }

  function use(proof: string): void {
    assert(!used.has(proof), "it proves two accounts");
    used.add(proof);
  }

  /** All proofs were given, and the phone has said yes to the last push with the key that it registered. */
  function checkVerified(challengeId: string, was: Challenge, { member, deviceId, body, at }: Request): void {
    const { account, given, credential, push, number, activation, recoveryId } = was;
    const needed: Means[] =
      account.kind === "personal" ? ["fresh-sign-in", "contact-code"] : ["activation-code"];
    assert(
      needed.every((means) => given.includes(means)),
      "it is verified without a proof",
    );
    const [header = "", payload = "", signature = ""] = body.answer?.split(".") ?? [];
    const { nonce, ...said } = JSON.parse(Buffer.from(payload, "base64url").toString());
    const { ref } = account;
    const { aud: _, ...rest } = said;
    assert.deepEqual(rest, {
      challenge: challengeId,
      deviceId,
      ref,
      decision: "approve",
      ...(number !== undefined && { number }),
    });
    const last = push?.nonces.at(-1);
    assert.equal(hash("sha256", nonce, "base64url"), last?.nonce, "another push was answered");
    assert(at < Date.parse(last?.until ?? ""), "a push was answered too late");
    const came = pushed
      .get(challengeId)
      ?.some((sent) => sent.nonce === nonce && sent.to === tokenOf(deviceId));
    assert(came, `a push was answered that never came to ${member.label}`);
    const key = createPublicKey({ format: "jwk", key: credential?.publicKey ?? assert.fail("no key") });
    const es256 = { key, dsaEncoding: "ieee-p1363" } as const;
    const isSigned = verify(
      "sha256",
      Buffer.from(`${header}.${payload}`),
      es256,
      Buffer.from(signature, "base64url"),
    );
    assert(isSigned, "somebody else has answered");
    if (activation) use(`activation ${activation.id}`);
    if (recoveryId !== undefined) ready.add(`${recoveryId} ${ref}`);
  }

  /** A phone has a credential for each account that was verified on it, and for no other. */
  function checkCredentials({ before, after }: Step, verified: Challenge | undefined): void {
    const expected = new Map(before.credentials);
    if (verified) {
      const name = `${verified.deviceId}:${verified.account.ref}`;
      const made = after.credentials.get(name) ?? assert.fail("an account is verified without a credential");
      const { credentialId, publicKey, holder, registered } = made;
      assert.deepEqual(
        { id: credentialId, publicKey, holder, registered },
        { ...verified.credential, holder: verified.holder, registered: verified.registered },
        "the credential of an account",
      );
      assert.equal(made.otp !== undefined, verified.account.kind === "personal", "which have one-time codes");
      expected.set(name, made);
    }
    assert.deepEqual(after.credentials, expected, "the credentials");
  }

  return {
    signedIn: (token: string, userId: string, at: number): void =>
      void signIns.set(hashOf(token), { userId, at }),
    issued: (code: string, activationId: string, userId: string): void =>
      void issued.set(code, { activationId, userId }),
    /** The codes that were issued last for others. */
    codesOfOthers: (userId: string): readonly string[] =>
      [...issued].flatMap(([code, of]) => (of.userId === userId ? [] : [code])).slice(-4),
    isIssued: (code: string) => issued.has(code),
    codesFor: (challengeId: string): readonly string[] => mailed.get(challengeId) ?? [],
    noncesFor: (challengeId: string): readonly string[] =>
      pushed.get(challengeId)?.map(({ nonce }) => nonce) ?? [],
    holders: (): ReadonlySet<string> => holders,

    /** Each commit of a challenge, and what it leads to. */
    check(step: Step): void {
      const { before, after, request, event } = step;
      const changed = [...after.challenges].filter(([id, kept]) => before.challenges.get(id) !== kept);
      let verified: Challenge | undefined;
      assert(changed.length <= 1, "two challenges are changed at once");
      for (const [id, { item }] of changed) {
        const was = before.challenges.get(id)?.item;
        assert.equal(item.deviceId, request.deviceId, "a phone changes another's challenge");
        assert(was?.ended === undefined || item.ended === was.ended, "a challenge is over, and goes on");
        const known = was?.given ?? [];
        assert.deepEqual(item.given.slice(0, known.length), known, "a proof is taken back");
        for (const means of item.given.slice(known.length)) checkProof(means, id, item, request);
        if (item.ended !== "verified" || was?.ended === "verified") continue;
        checkVerified(id, was ?? assert.fail("it is verified at once"), request);
        verified = was;
      }
      assert.equal(event?.type === "account-verified", verified !== undefined, "what the record says");
      checkCredentials(step, verified);
      for (const [id, kept] of after.recoveries) {
        if (before.recoveries.get(id) === kept) continue;
        for (const { ref, push, state } of kept.item.accounts) {
          const isReady = !push || ready.has(`${id} ${ref}`);
          assert.equal(state, isReady ? "ready" : "action-required", "which accounts work");
        }
      }
    },

    /** An activation has one owner, for good. */
    checkClaims(): void {
      for (const of of claims.values()) {
        assert.equal(new Set(of.map(({ userId }) => userId)).size, 1, "two owners use one activation");
      }
    },

    /** Learns what the platforms take of challenges. @param request what is asked for at the moment */
    notifies(notify: Notify, request: () => Request | undefined): Notify {
      return {
        ...notify,
        async mail(send) {
          const { name, params } = request() ?? {};
          const sent = await notify.mail(send);
          const isOfChallenge = name === "challenges-code-send" && send.content.kind === "code";
          if (sent.outcome === "sent" && isOfChallenge) {
            add(mailed, params?.challengeId ?? "", (send.content as { readonly code: string }).code);
          }
          return sent;
        },
        async push(send) {
          const sent = await notify.push(send);
          const { content, target } = send;
          if (sent.outcome === "sent" && content.kind === "challenge") {
            add(pushed, content.challengeId, { nonce: content.nonce, to: target.token });
          }
          return sent;
        },
      };
    },

    /** Learns of each commit to the second container. */
    watches(activations: Store): Store {
      return {
        ...activations,
        async commit(partition, operations) {
          const result = await activations.commit(partition, operations);
          if (!result.committed) return result;
          for (const operation of operations) {
            if (operation.kind === "delete") continue;
            const { id, body } = operation;
            if (id.startsWith(ids.holder("", ""))) holders.add(partition);
            const { claimedBy } = body as Partial<Activation>;
            if (id.startsWith(ids.activation("")) && claimedBy) {
              add(claims, id.slice(ids.activation("").length), claimedBy);
            }
          }
          return result;
        },
      };
    },
  };
}

function add<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  lists.set(key, [...(lists.get(key) ?? []), item]);
}
