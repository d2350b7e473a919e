import { expect, it } from "vitest";
import { isCurrent, refusePushToken } from "../../../shared/devices/pushToken.ts";
import type { PushTarget, PushToken } from "../../../shared/model/pushToken.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;
const HEX = "0aF9".repeat(16);

it.each<["ios" | "android", PushTarget, boolean]>([
  ["ios", { platform: "apns", environment: "production", token: HEX }, true],
  ["ios", { platform: "apns", environment: "sandbox", token: HEX.repeat(3) }, true],
  ["ios", { platform: "apns", environment: "sandbox", token: `${HEX.repeat(3)}00000000` }, true],
  ["ios", { platform: "apns", environment: "sandbox", token: `${HEX.repeat(3)}0000000000` }, false],
  ["ios", { platform: "apns", environment: "production", token: HEX.slice(2) }, false],
  ["ios", { platform: "apns", environment: "production", token: HEX.replace("F", "G") }, false],
  ["ios", { platform: "apns", environment: "production", token: `${HEX}\n` }, false],
  ["android", { platform: "apns", environment: "production", token: HEX }, false],
  ["android", { platform: "fcm", environment: "production", token: "any:thing" }, true],
  ["android", { platform: "fcm", environment: "sandbox", token: "any:thing" }, false],
  ["ios", { platform: "fcm", environment: "production", token: HEX }, false],
])("a phone with %s is reached by %j: %s", (platform, target, fits) => {
  const refusal = refusePushToken({ platform }, target);
  expect(refusal).toEqual(fits ? undefined : { reason: "push-token-mismatch" });
});

it("nothing is new of a token for 30 days, unless the phone says something else", () => {
  const said = { platform: "fcm", environment: "production", language: "sv" } as const;
  const token = { serviceKey: "s".repeat(22), value: "v".repeat(40) };
  const known: PushToken = { schema: 1, ...said, token, at: new Date(NOW).toISOString() };
  expect(isCurrent(known, said, NOW + 30 * DAY - 1)).toBe(true);
  expect(isCurrent(known, said, NOW + 30 * DAY)).toBe(false);
  expect(isCurrent(known, { ...said, language: "ja" }, NOW)).toBe(false);
  expect(isCurrent(known, { ...said, platform: "apns" }, NOW)).toBe(false);
  expect(isCurrent(known, { ...said, environment: "sandbox" }, NOW)).toBe(false);
});
