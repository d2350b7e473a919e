import { describe, expect, it } from "vitest";
import { KeyUnavailable } from "../../../shared/keys/port.ts";
import { failureOf } from "../../../shared/log.ts";

describe("a failure in the log", () => {
  it("is the error's class, its code, what to do about it, and where it was thrown", () => {
    const cause = Object.assign(new TypeError("secret"), { code: "ECONNRESET" });
    const text = failureOf(new KeyUnavailable("disabled", { cause }));
    expect(text).toMatch(
      /^KeyUnavailable a key version is disabled or expired; .* at .* <- TypeError ECONNRESET at /,
    );
    expect(text).not.toContain("secret");
  });

  it.each(["alice@example.com", "x\n    at alice@example.com", "\n    at alice@example.com\n    at b"])(
    "never has an error's message, whatever it looks like: %j [C4]",
    (message) => {
      const text = failureOf(new Error(message));
      expect(text).toMatch(/^Error at /);
      expect(text).not.toContain("alice");
    },
  );

  it("has no code that could be more than one", () => {
    expect(failureOf(Object.assign(new Error(), { code: "alice@example.com" }))).not.toContain("alice");
  });

  it("says no more of what is not an error than its type", () => {
    expect(failureOf("alice@example.com")).toBe("string");
  });
});
