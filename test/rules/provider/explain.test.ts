import { describe, expect, it } from "vitest";
import { explain, explainCodes } from "../../../shared/provider/explain.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const LATER = "2026-11-22T08:10:00.000Z";

describe("a provider", () => {
  it.each([
    [{ reason: "activation-not-found" }, "activation-not-found", {}],
    [{ reason: "credential-not-found" }, "credential-not-found", {}],
    [{ reason: "issuer-refused" }, "issuer-refused", {}],
    [{ reason: "activation-not-open", state: "claimed" }, "activation-not-open", { state: "claimed" }],
    [
      { reason: "too-many-activations", freesAt: LATER },
      "too-many-activations",
      { limit: 5, freesAt: LATER },
    ],
  ] as const)("is told why it is refused: %j", (refusal, code, members) => {
    expect(explain(refusal)).toMatchObject({ code, members, headers: {} });
  });

  it("is told that codes are closed, and nothing of until when", () => {
    expect(explainCodes({ reason: "closed" }, NOW)).toMatchObject({
      code: "codes-closed",
      members: {},
      headers: {},
    });
  });

  it.each([
    [600_000, "600"],
    [1, "1"],
    [1_001, "2"],
  ])("is told until when codes are locked: %i ms more", (milliseconds, retryAfter) => {
    const until = NOW + milliseconds;
    expect(explainCodes({ reason: "locked", until }, NOW)).toMatchObject({
      code: "codes-locked",
      members: { retryAt: new Date(until).toISOString() },
      headers: { "Retry-After": retryAfter },
    });
  });
});
