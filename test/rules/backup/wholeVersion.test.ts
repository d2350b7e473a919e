import { describe, expect, it } from "vitest";
import { readEnvelopeHeader } from "../../../shared/backup/envelope.ts";

/** An envelope whose header says its version in these characters. */
function envelopeOf(ver: string): string {
  const header = `{"alg":"dir","enc":"A256GCM","kid":"${"A".repeat(22)}","uid":"${"A".repeat(43)}","plt":"ios","ver":${ver},"ssb":true}`;
  return `${Buffer.from(header).toString("base64url")}..${"A".repeat(16)}.AAAA.${"A".repeat(22)}`;
}

describe("the version in an envelope's header", () => {
  it("is a whole number, written as one", () => {
    expect(readEnvelopeHeader(envelopeOf("2"))).toMatchObject({ ver: 2 });
  });

  it.each(["2.0", "2e0", "20e-1", "2.5", "0", "-2", '"2"', "9007199254740993"])("is not %s", (ver) => {
    expect(readEnvelopeHeader(envelopeOf(ver))).toBeUndefined();
  });
});
