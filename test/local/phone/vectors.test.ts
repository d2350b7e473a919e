import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { base64url, compactVerify, decodeProtectedHeader, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { accountCode, openCodeSecret } from "../../../local/phone/protocol/accountCode.ts";
import {
  type Contents,
  ContentsRefused,
  type Otp,
  parseContents,
} from "../../../local/phone/protocol/accounts.ts";
import { ActivationRefused, readActivation } from "../../../local/phone/protocol/activation.ts";
import { type ContentKeyInput, contentKey } from "../../../local/phone/protocol/contentKey.ts";
import {
  type EnvelopeBinding,
  envelopeHeader,
  openEnvelope,
  sealEnvelope,
} from "../../../local/phone/protocol/envelope.ts";
import type { Activity, ActivityEvent } from "../../../local/phone/protocol/event.ts";
import { deviceId, type PrivateJwk, type PublicJwk, publicJwk } from "../../../local/phone/protocol/keys.ts";
import {
  accountReferences,
  type Manifest,
  makeManifest,
  subjectHash,
} from "../../../local/phone/protocol/manifest.ts";
import { oneTimeCode } from "../../../local/phone/protocol/oneTimeCode.ts";
import { ownerId, ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { accessTokenHash, makeProof } from "../../../local/phone/protocol/proof.ts";
import { makePushAnswer, type PushAnswer } from "../../../local/phone/protocol/pushAnswer.ts";
import {
  openSealedKey,
  type SealedKey,
  SealedKeyRefused,
  sealedKeySchema,
} from "../../../local/phone/protocol/sealedKey.ts";
import { storageCheck } from "../../../local/phone/protocol/storage.ts";
import { hashOf, verifyActivity } from "../../../local/phone/protocol/verifyActivity.ts";
import { hashOf as hashInService } from "../../../shared/activity/events.ts";
import { judgeAnswer } from "../../../shared/challenge/answer.ts";
import { sealSecret } from "../../../shared/keys/seal.ts";
import { eventShape } from "../../../shared/model/event.ts";
import { readVectors } from "./support/vectors.ts";

type Named<T> = T & { readonly name: string };
const bytes = base64url.decode;

describe("an owner's id", () => {
  const { cases, token } = readVectors<{
    cases: Named<{ issuer: string; subject: string; userId: string }>[];
    token: { accessToken: string; userId: string };
  }>("owner-id");

  it.each(cases)("is the one in the vectors: $name", ({ issuer, subject, userId }) => {
    expect(ownerId(issuer, subject)).toBe(userId);
  });

  it("is read from the claims of an access token", () => {
    expect(ownerOfToken(token.accessToken)).toBe(token.userId);
  });
});

describe("a phone's id", () => {
  const { cases } = readVectors<{ cases: Named<{ jwk: PublicJwk; deviceId: string }>[] }>("device-id");

  it.each(cases)("is the one in the vectors: $name", async (vector) => {
    expect(await deviceId(vector.jwk)).toBe(vector.deviceId);
  });
});

describe("a device proof", () => {
  interface Case {
    readonly method: string;
    readonly url: string;
    readonly random: string;
    readonly header: { readonly jwk: PublicJwk };
    readonly payload: object;
    readonly proof: string;
  }
  const { signingKey, accessToken, ath, now, cases } = readVectors<{
    signingKey: PrivateJwk;
    accessToken: string;
    ath: string;
    now: string;
    cases: Named<Case>[];
  }>("proof");

  async function open(proof: string, jwk: PublicJwk): Promise<object> {
    const { payload, protectedHeader } = await compactVerify(proof, await importJWK(jwk, "ES256"));
    return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload)) };
  }

  it("holds the hash of the access token", () => {
    expect(accessTokenHash(accessToken)).toBe(ath);
  });

  it.each(cases)("of the vectors verifies: $name", async ({ proof, header, payload }) => {
    expect(await open(proof, header.jwk)).toEqual({ header, payload });
  });

  it.each(cases)("made from the same inputs has the same header and payload: $name", async (vector) => {
    const { method, url, random, header, payload } = vector;
    const system = { now: () => Date.parse(now), random: () => bytes(random) };
    const proof = await makeProof({ method, url, accessToken, signing: signingKey, system });
    expect(await open(proof, header.jwk)).toEqual({ header, payload });
  });
});

describe("a storage check", () => {
  const { cases } = readVectors<{
    cases: Named<{ storageSecret: string; userId: string; storageCheck: string }>[];
  }>("storage-check");

  it.each(cases)("is the one in the vectors: $name", (vector) => {
    expect(storageCheck(bytes(vector.storageSecret), vector.userId)).toBe(vector.storageCheck);
  });
});

describe("a content key", () => {
  interface Case extends Pick<ContentKeyInput, "platform" | "userId" | "storageBound"> {
    readonly userKey: string;
    readonly storageSecret?: string;
    readonly contentKey: string;
  }
  const { cases } = readVectors<{ cases: Named<Case>[] }>("content-key");

  it.each(cases)("is the one in the vectors: $name", (vector) => {
    const storageSecret = vector.storageSecret === undefined ? undefined : bytes(vector.storageSecret);
    const key = contentKey({ ...vector, userKey: bytes(vector.userKey), storageSecret });
    expect(base64url.encode(key)).toBe(vector.contentKey);
  });

  it.each([
    ["without a storage secret on iOS", { platform: "ios" as const }],
    ["with one on Android", { platform: "android" as const, storageSecret: new Uint8Array(32) }],
    ["bound to none", { platform: "android" as const, storageBound: true }],
    [
      "with one that it is not bound to",
      { platform: "ios" as const, storageBound: false, storageSecret: new Uint8Array(32) },
    ],
  ])("is never made %s [A7]", (_, input) => {
    expect(() => contentKey({ userKey: new Uint8Array(32), userId: "u", ...input })).toThrow(TypeError);
  });
});

describe("the contents of a backup", () => {
  const { accepted, refused } = readVectors<{
    accepted: Named<{ contents: unknown; read?: unknown }>[];
    refused: Named<{ contents: unknown; pointer: string }>[];
  }>("contents");

  it.each(accepted)(
    "are accepted, and come back as they are or in one spelling: $name [C1] [C8]",
    (vector) => {
      const { contents, read = contents } = vector;
      expect(parseContents(contents)).toEqual(read);
    },
  );

  it.each(refused)("are refused on the phone, which says where: $name [C3]", ({ contents, pointer }) => {
    expect(() => parseContents(contents)).toThrow(ContentsRefused);
    expect(() => parseContents(contents)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });

  it("are refused without a word of what was in them [C4]", () => {
    const contents = { ...Object(accepted[0]?.contents), hunter2: "hunter3" };
    expect(() => parseContents(contents)).toThrow("not contents of a backup: /: no other members");
  });
});

describe("an envelope", () => {
  interface Case {
    readonly contentKey: string;
    readonly binding: EnvelopeBinding;
    readonly iv: string;
    readonly header: object;
    readonly plaintext: string;
    readonly envelope: string;
  }
  const { cases, refused } = readVectors<{
    cases: Named<Case>[];
    refused: Named<{ envelope: string; reason: string }>[];
  }>("envelope");

  it.each(cases)("is the one in the vectors, byte for byte: $name", async (vector) => {
    const { contentKey, binding, iv, plaintext, envelope } = vector;
    const contents: Contents = JSON.parse(plaintext);
    const system = { random: () => bytes(iv) };
    expect(await sealEnvelope({ contents, contentKey: bytes(contentKey), binding, system })).toBe(envelope);
  });

  it.each(cases)("of the vectors opens to its contents: $name", async (vector) => {
    const { contentKey, binding, header, plaintext, envelope } = vector;
    expect(envelopeHeader(binding)).toEqual(header);
    expect(decodeProtectedHeader(envelope)).toEqual(header);
    expect(await openEnvelope(envelope, bytes(contentKey), binding)).toEqual(JSON.parse(plaintext));
  });

  it.each(refused)("is refused: $name", async ({ envelope, reason }) => {
    const [, second] = cases;
    if (!second) throw new Error("no second case");
    const opened = openEnvelope(envelope, bytes(second.contentKey), second.binding);
    await expect(opened).rejects.toMatchObject({ name: "EnvelopeRefused", reason });
  });
});

describe("a sealed user key", () => {
  const { sealingKey, userId, key, userKey, refused } = readVectors<{
    sealingKey: PrivateJwk;
    userId: string;
    key: SealedKey;
    userKey: string;
    refused: Named<{ key: SealedKey }>[];
  }>("sealed-user-key");

  it("of the vectors is in the form of an answer, with its number", () => {
    expect(sealedKeySchema.parse(key)).toEqual(key);
    expect(key.number).toBe(1);
  });

  it("of the vectors opens with the phone's sealing key", async () => {
    expect(base64url.encode(await openSealedKey(key, sealingKey, userId))).toBe(userKey);
  });

  it.each(refused)("is refused: $name", async (vector) => {
    await expect(openSealedKey(vector.key, sealingKey, userId)).rejects.toThrow(SealedKeyRefused);
  });
});

describe("an account reference", () => {
  const { referenceSalt, references, subjectHashes } = readVectors<{
    referenceSalt: string;
    references: Named<{ issuer: string; userName: string; ref: string }>[];
    subjectHashes: Named<{ authority: string; subject: string; subjectHash: string }>[];
  }>("account-reference");

  it.each(references)("is the one in the vectors: $name", ({ issuer, userName, ref }) => {
    const otp = { type: "steam", secret: "AA" } as const;
    const account = { kind: "third-party", issuer, userName, push: false, otp } as const;
    expect(accountReferences(bytes(referenceSalt), [account])).toEqual([ref]);
  });

  it.each(subjectHashes)("has beside it the subject hash of the vectors: $name", (vector) => {
    const { authority, subject } = vector;
    expect(subjectHash(bytes(referenceSalt), authority, subject)).toBe(vector.subjectHash);
  });
});

describe("a manifest", () => {
  const { referenceSalt, cases } = readVectors<{
    referenceSalt: string;
    cases: Named<{ contents: Contents; manifest: Manifest }>[];
  }>("manifest");

  it.each(cases)("is the one in the vectors: $name", ({ contents, manifest }) => {
    expect(makeManifest(contents, bytes(referenceSalt))).toEqual(manifest);
  });
});

describe("a one-time code", () => {
  const { cases } = readVectors<{ cases: Named<{ otp: Otp; time: number; code: string }>[] }>(
    "one-time-code",
  );

  it.each(cases)("is the one in the vectors: $name", ({ otp, time, code }) => {
    expect(oneTimeCode(otp, time * 1000)).toBe(code);
  });
});

describe("an answer to a push", () => {
  const { accountKey, header, cases } = readVectors<{
    accountKey: PrivateJwk;
    header: object;
    cases: Named<{ payload: PushAnswer; answer: string }>[];
  }>("push-answer");

  async function open(answer: string): Promise<object> {
    const { payload, protectedHeader } = await compactVerify(
      answer,
      await importJWK(publicJwk(accountKey), "ES256"),
    );
    return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload)) };
  }

  it.each(cases)("of the vectors verifies: $name [E12]", async ({ payload, answer }) => {
    expect(await open(answer)).toEqual({ header, payload });
  });

  it.each(cases)("made from the same inputs has the same header and payload: $name", async ({ payload }) => {
    expect(await open(await makePushAnswer(payload, accountKey))).toEqual({ header, payload });
  });

  it.each(cases)("is taken by the service as what it says: $name", ({ payload, answer }) => {
    const publicKey = publicJwk(accountKey);
    const nonce = hash("sha256", payload.nonce, "base64url");
    const until = "2026-11-22T07:02:00.000Z";
    const challenge = {
      account: { ref: payload.ref, kind: "personal", push: true, subjectHash: "s".repeat(43) } as const,
      credential: { id: payload.challenge, publicKey },
      ...(payload.number !== undefined && { number: payload.number }),
      push: { nonces: [{ nonce, until }], sends: { count: 1, since: until, last: until } },
    };
    const { aud: origin, challenge: challengeId, deviceId } = payload;
    const now = Date.parse("2026-11-22T07:00:00.000Z");
    const verdict = judgeAnswer(answer, challenge, { origin, challengeId, deviceId, now });
    expect(verdict).toBe(payload.decision === "deny" ? "denied" : "approved");
  });
});

describe("an activation code", () => {
  const { origin, taken, refused } = readVectors<{
    origin: string;
    taken: Named<{ text: string; code: string }>[];
    refused: Named<{ text: string }>[];
  }>("activation");

  it.each(taken)("is read from what was typed or scanned: $name [E7]", ({ text, code }) => {
    expect(readActivation(text, origin)).toBe(code);
  });

  it.each(refused)("is not read from anything else, which is not repeated: $name [E7]", ({ text }) => {
    expect(() => readActivation(text, origin)).toThrow(ActivationRefused);
    expect(() => readActivation(text, origin)).not.toThrow(/1234|evil/);
  });
});

describe("the secret of an account's one-time codes", () => {
  const { sealingKey, userId, ref, sealed, secret, codes, refused } = readVectors<{
    sealingKey: PrivateJwk;
    userId: string;
    ref: string;
    sealed: string;
    secret: string;
    codes: { time: number; code: string }[];
    refused: Named<{ ref: string; sealed: string }>[];
  }>("account-code");

  it("of the vectors opens with the phone's sealing key [D9]", async () => {
    expect(base64url.encode(await openCodeSecret({ ref, sealed }, sealingKey, userId))).toBe(secret);
  });

  it("opens as the service seals it [D9]", async () => {
    const publicKey = publicJwk(sealingKey);
    const fresh = sealSecret(bytes(secret), { keyId: ref, userId, sealingKey: publicKey });
    expect(base64url.encode(await openCodeSecret({ ref, sealed: fresh }, sealingKey, userId))).toBe(secret);
  });

  it.each(refused)("is refused: $name", async (vector) => {
    await expect(openCodeSecret(vector, sealingKey, userId)).rejects.toThrow(SealedKeyRefused);
  });

  it.each(codes)("makes the codes of the vectors: at $time", ({ time, code }) => {
    expect(accountCode(bytes(secret), time * 1000)).toBe(code);
  });
});

describe("the record of what happened", () => {
  type Place = { number: number; reason: string };
  const { cases, intact, broken } = readVectors<{
    cases: Named<{ event: ActivityEvent; canonical: string }>[];
    intact: Named<Activity & { from: number }>[];
    broken: Named<Activity & Place>[];
  }>("activity");

  it.each(cases)("has the hash of the vectors, on the phone and in the service: $name [H6]", ({ event }) => {
    expect(hashOf(event)).toBe(event.hash);
    expect(hashInService(eventShape.omit({ schema: true }).parse(event))).toBe(event.hash);
  });

  it.each(cases)("is hashed in the canonical form of the vectors: $name", ({ event, canonical }) => {
    expect(hash("sha256", canonical, "base64url")).toBe(event.hash);
  });

  it.each(intact)("is whole: $name [H6]", ({ events, head, from }) => {
    expect(verifyActivity(events, head)).toEqual({ intact: true, from });
  });

  it.each(broken)("is broken, and where is said: $name [H6]", ({ events, head, number, reason }) => {
    expect(verifyActivity(events, head)).toEqual({ intact: false, number, reason });
  });
});

describe("docs/protocol.md", () => {
  const document = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

  /** The output of each worked example; the first case's, if there are several. */
  const examples: [string, (file: Record<string, never>) => string][] = [
    ["owner-id", (file) => at(file, "cases", 0, "userId")],
    ["device-id", (file) => at(file, "cases", 0, "deviceId")],
    ["proof", (file) => at(file, "cases", 0, "proof")],
    ["storage-check", (file) => at(file, "cases", 0, "storageCheck")],
    ["content-key", (file) => at(file, "cases", 0, "contentKey")],
    ["envelope", (file) => at(file, "cases", 1, "envelope")],
    ["sealed-user-key", (file) => at(file, "key", "sealed")],
    ["account-reference", (file) => at(file, "references", 0, "ref")],
    ["account-reference", (file) => at(file, "subjectHashes", 0, "subjectHash")],
    ["account-reference", (file) => at(file, "subjectHashes", 1, "subjectHash")],
    ["manifest", (file) => at(file, "cases", 0, "manifest", "accounts", 0, "ref")],
    ["one-time-code", (file) => at(file, "cases", 0, "code")],
    ["push-answer", (file) => at(file, "cases", 1, "answer")],
    ["activation", (file) => at(file, "taken", 5, "text")],
    ["account-code", (file) => at(file, "sealed")],
    ["account-code", (file) => at(file, "codes", 1, "code")],
    ["activity", (file) => at(file, "cases", 0, "canonical")],
    ["activity", (file) => at(file, "cases", 0, "event", "hash")],
    ["content-key", (file) => at(file, "cases", 2, "contentKey")],
    ["recovery-key", (file) => at(file, "made", 0, "text")],
    ["recovery-key", (file) => at(file, "checks", 0, "recoveryKeyCheck")],
    ["recovery-key", (file) => at(file, "wrapped", 0, "wrappingKey")],
    ["recovery-key", (file) => at(file, "wrapped", 0, "wrappedStorageSecret")],
  ];

  it.each(examples)("works its example with the numbers of the vectors: %s", (name, output) => {
    expect(document).toContain(output(readVectors(name)));
  });

  function at(value: unknown, ...path: (string | number)[]): string {
    const found = path.reduce((inner, part) => Object(inner)[part], value);
    if (typeof found !== "string") throw new Error(`the vectors have no ${path.join("/")}`);
    return found;
  }
});
