import { describe, expect, it } from "vitest";
import { oneTimeCodeAt, readOneTimeCode, stepOf } from "../../../shared/provider/oneTimeCode.ts";

/** The seed of RFC 6238, appendix B, for SHA-256. */
const secret = Buffer.from("12345678901234567890123456789012");

describe("a one-time code", () => {
  it.each([
    [59, "46119246"],
    [1111111109, "68084774"],
    [1111111111, "67062674"],
    [1234567890, "91819424"],
    [2000000000, "90698825"],
    [20000000000, "77737706"],
  ])("at %i seconds is that of RFC 6238, appendix B", (seconds, code) => {
    expect(oneTimeCodeAt(secret, Math.floor(seconds / 30))).toBe(code);
  });

  it("keeps its leading zeros", () => {
    expect(oneTimeCodeAt(secret, 154)).toBe("00836417");
  });

  it.each([-2, -1, 0, 1, 2])("of %i steps from now is taken within one", (off) => {
    const now = 1_111_111_111_000;
    const step = Math.floor(now / 30_000) + off;
    const taken = stepOf({ secret }, oneTimeCodeAt(secret, step), now);
    expect(taken).toBe(Math.abs(off) <= 1 ? step : undefined);
  });

  it("is taken after the last that was used, and never at it or before", () => {
    const now = 1_111_111_111_000;
    const step = Math.floor(now / 30_000);
    const at = (lastStep: number) => stepOf({ secret, lastStep }, oneTimeCodeAt(secret, step), now);
    expect([at(step - 1), at(step), at(step + 1)]).toEqual([step, undefined, undefined]);
  });

  it("of the very first step is taken where none was used", () => {
    expect(stepOf({ secret }, oneTimeCodeAt(secret, 1), 30_000)).toBe(1);
    expect(stepOf({ secret }, oneTimeCodeAt(secret, 0), 31_000)).toBe(0);
  });

  it.each([
    ["12345678", "12345678"],
    ["1234 5678", "12345678"],
    [" 12-34-56-78 ", "12345678"],
    ["１２３４５６７８", "12345678"],
    ["1234567", undefined],
    ["123456789", undefined],
    ["1234567a", undefined],
    ["١٢٣٤٥٦٧٨", undefined],
    ["-", undefined],
    ["", undefined],
  ])("that was typed as “%s” is %s", (typed, code) => {
    expect(readOneTimeCode(typed)).toBe(code);
  });
});
