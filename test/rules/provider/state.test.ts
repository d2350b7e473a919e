import { describe, expect, it } from "vitest";
import { type ChallengeState, challengeStates } from "../../../shared/challenge/states.ts";
import type { Challenge } from "../../../shared/model/challenge.ts";
import { activationAnswerOf, placedIdOf, placeOf } from "../../../shared/provider/answers.ts";
import { tenantOf } from "../../../shared/provider/caller.ts";
import { freesAt, isFull, stillOpen } from "../../../shared/provider/open.ts";
import { activationState, activationStateOf, isUnderWay } from "../../../shared/provider/state.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const BEFORE = "2026-11-22T07:59:59.999Z";
const AT = "2026-11-22T08:00:00.000Z";
const AFTER = "2026-11-22T08:00:00.001Z";

const challenge = (members: Partial<Challenge> = {}) =>
  ({ deviceId: "d", registered: 7, expiresAt: AFTER, ...members }) as Challenge;

const claimedBy = { userId: "u", challengeId: "c" };
const push = { nonces: [], sends: { count: 1, since: AT, last: AT } };

describe("an activation", () => {
  const credential = { id: "i".repeat(22), publicKey: { kty: "EC", crv: "P-256", x: "x", y: "y" } } as const;
  const claim = (state: ChallengeState, members: Partial<Challenge> = {}) => ({
    challenge: challenge(members),
    state,
  });

  it.each([
    ["issued", { expiresAt: AFTER }, undefined],
    ["expired", { expiresAt: AT }, undefined],
    ["cancelled", { expiresAt: AFTER, cancelledAt: BEFORE }, undefined],
    ["cancelled", { expiresAt: AFTER, cancelledAt: BEFORE, claimedBy }, claim("expired")],
    ["claimed", { expiresAt: BEFORE, claimedBy }, claim("open")],
    ["claimed", { expiresAt: BEFORE, claimedBy }, claim("locked")],
    ["claimed", { expiresAt: BEFORE, claimedBy }, claim("proven", { credential })],
    ["confirming", { expiresAt: BEFORE, claimedBy }, claim("pushed", { push, credential })],
    ["confirming", { expiresAt: BEFORE, claimedBy }, claim("proven", { push, credential })],
    ["confirming", { expiresAt: AFTER, claimedBy, cancelledAt: BEFORE }, claim("pushed", { push })],
    ["verified", { expiresAt: AFTER, claimedBy, cancelledAt: BEFORE }, claim("verified", { push })],
    ["verified", { expiresAt: BEFORE, claimedBy }, claim("verified", { push, credential })],
    ["refused", { expiresAt: AFTER, claimedBy }, claim("refused", { push, credential })],
    ["claimed", { expiresAt: AFTER, claimedBy }, claim("cancelled")],
    ["claimed", { expiresAt: AFTER, claimedBy }, claim("expired")],
    ["expired", { expiresAt: AT, claimedBy }, claim("cancelled")],
    ["expired", { expiresAt: AT, claimedBy }, claim("expired")],
    ["cancelled", { expiresAt: AFTER, claimedBy }, claim("cancelled", { credential })],
    ["expired", { expiresAt: AFTER, claimedBy }, claim("expired", { credential })],
    ["claimed", { expiresAt: AFTER, claimedBy }, undefined],
    ["expired", { expiresAt: BEFORE, claimedBy }, undefined],
  ] as const)("is %s: %j %j", (state, activation, of) => {
    expect(activationStateOf(activation, of, NOW)).toBe(state);
  });

  it("has a name for each of its states", () => {
    const states = ["issued", "claimed", "confirming", "verified", "refused", "expired", "cancelled"];
    expect(activationState.options).toEqual(states);
  });

  it("is under way once it was claimed, unless its challenge is over", () => {
    expect(isUnderWay({}, undefined)).toBe(false);
    expect(isUnderWay({ claimedBy }, undefined)).toBe(true);
    const underWay = challengeStates.filter((state) => isUnderWay({ claimedBy }, claim(state)));
    expect(underWay).toEqual(["open", "locked", "proven", "pushed"]);
  });

  it("tells its number while one is to be typed, and the key once there is one", () => {
    const activation = { expiresAt: BEFORE, claimedBy } as Parameters<typeof activationAnswerOf>[1];
    const credential = {
      id: "i".repeat(22),
      publicKey: { kty: "EC", crv: "P-256", x: "x", y: "y" },
    } as const;
    const answer = (state: ChallengeState, members: Partial<Challenge>) =>
      activationAnswerOf("id", activation, claim(state, { holder: "h".repeat(43), ...members }), NOW);
    const told = { activationId: "id", expiresAt: BEFORE };
    expect(answer("open", { number: 47 })).toEqual({ ...told, state: "claimed" });
    expect(answer("pushed", { number: 47, push, credential })).toEqual({
      ...told,
      state: "confirming",
      number: 47,
    });
    expect(answer("pushed", { push })).toEqual({ ...told, state: "confirming" });
    expect(answer("refused", { number: 47, credential })).toEqual({ ...told, state: "refused" });
    expect(answer("verified", { number: 47, credential })).toEqual({
      ...told,
      state: "verified",
      credentialId: `${"h".repeat(43)}.${"i".repeat(22)}`,
      publicKey: credential.publicKey,
    });
  });
});

it("activations are open until their time is over, five at the most", () => {
  const listed = [AFTER, AT, BEFORE].map((expiresAt, at) => ({ id: String(at), expiresAt }));
  expect(stillOpen({ schema: 1, activations: listed }, NOW)).toEqual([listed[0]]);
  expect(stillOpen(undefined, NOW)).toEqual([]);
  const many = (count: number) => Array.from({ length: count }, () => ({ id: "", expiresAt: AT }));
  expect([4, 5].map((count) => isFull(many(count)))).toEqual([false, true]);
  expect(freesAt(listed)).toBe(BEFORE);
});

it("an id says where its item lies", () => {
  const place = { partition: "p".repeat(43), id: "i".repeat(22) };
  expect(placeOf(placedIdOf(place))).toEqual(place);
});

it("an app without an organization has none to ask for", () => {
  expect(tenantOf({ tenant: "t" })).toBe("t");
  expect(() => tenantOf({ tenant: undefined })).toThrow("of no organization");
});
