import { describe, expect, it } from "vitest";
import type { PushTarget } from "../../../shared/model/pushToken.ts";
import { APNS, CHALLENGE, FCM, NOTICE, timeLimit, uuid } from "../../contract/notify.ts";
import { NOW, startStage } from "./stage.ts";

const SANDBOX: PushTarget = { platform: "apns", environment: "sandbox", token: "5a".repeat(32) };
const push = (target: PushTarget) => ({ id: uuid(1), target, content: NOTICE, timeLimit });

describe("a hub's keys", () => {
  it("are tried one after the other: the settings may be a day behind a rotation", async () => {
    const { open, hubs, seen } = await startStage();
    const notify = open({ hubs: { keys: ["c3RhbGUgcHJpbWFyeSBrZXkgb2Ygb2xk", hubs.keys.secondary] } });
    expect(await notify.push(push(FCM))).toEqual({ outcome: "sent" });
    expect(seen).toHaveLength(2);
    // The one that worked comes first from now on.
    expect(await notify.push(push(FCM))).toEqual({ outcome: "sent" });
    expect(seen).toHaveLength(3);
  });

  it("are tried again from the other side where the second is rotated in turn", async () => {
    const { open, hubs, arrived } = await startStage();
    const { primary, secondary } = hubs.keys;
    const notify = open();
    hubs.keys.primary = "bmV3IHByaW1hcnkga2V5IG9mIHRoZSBydWxl";
    expect(await notify.push(push(FCM))).toEqual({ outcome: "sent" });
    hubs.keys.primary = primary;
    hubs.keys.secondary = "bmV3IHNlY29uZGFyeSBrZXkgb2YgdGhlIHJ1";
    expect(await notify.push(push(FCM))).toEqual({ outcome: "sent" });
    expect(arrived).toHaveLength(2);
    expect(secondary).not.toBe(hubs.keys.secondary);
  });

  it("are both out of date: the message is kept, and each was asked once", async () => {
    const { open, hubs, seen } = await startStage();
    const notify = open();
    hubs.keys.primary = "bmV3IHByaW1hcnkga2V5IG9mIHRoZSBydWxl";
    hubs.keys.secondary = "bmV3IHNlY29uZGFyeSBrZXkgb2YgdGhlIHJ1";
    expect(await notify.push(push(FCM))).toEqual({ outcome: "busy", retryAfter: 60 });
    expect(seen).toHaveLength(2);
  });

  it("sign for the namespace and for a quarter of an hour, by the service's clock", async () => {
    const { open, clock, arrived } = await startStage();
    clock.time += 400 * 24 * 60 * 60_000;
    expect(await open().push(push(FCM))).toEqual({ outcome: "sent" });
    expect(arrived).toHaveLength(1);
    expect(await open({ hubs: { rule: "another" } }).push(push(FCM))).toMatchObject({ outcome: "busy" });
  });
});

describe("a push", () => {
  it("goes to the hub of the token's environment", async () => {
    const { open, arrived, seen } = await startStage();
    for (const target of [FCM, APNS, SANDBOX]) {
      expect(await open().push(push(target))).toEqual({ outcome: "sent" });
    }
    expect(seen).toEqual([
      "POST /authenticator/messages/",
      "POST /authenticator/messages/",
      "POST /authenticator-sandbox/messages/",
    ]);
    expect(arrived.map(({ to }) => to)).toEqual([FCM.token, APNS.token, SANDBOX.token]);
  });

  it("to an environment without a hub is not sent to the other, and the token is not said to be gone", async () => {
    const { open, seen } = await startStage();
    const sent = await open({ hubs: { sandbox: undefined } }).push(push(SANDBOX));
    expect(sent).toEqual({ outcome: "refused", reason: "target-refused" });
    expect(seen).toEqual([]);
  });

  it.each([
    ["a dead token", FCM, true],
    ["a token of the other environment", { ...SANDBOX, environment: "production" }, false],
  ] as const)("to %s counts as sent: the hub tells nothing else", async (_, target, dead) => {
    const { open, hubs, arrived } = await startStage();
    if (dead) hubs.kill(target.token);
    expect(await open().push(push(target))).toEqual({ outcome: "sent" });
    expect(arrived).toEqual([]);
  });

  it("shows once on an iPhone though it is sent twice: APNs gets the notice's id; FCM gets no collapse key", async () => {
    const { open, arrived } = await startStage();
    await open().push(push(APNS));
    await open().push(push(FCM));
    const [apns, fcm] = arrived;
    expect(apns).toMatchObject({
      headers: { "apns-collapse-id": NOTICE.noticeId, "apns-push-type": "alert" },
    });
    expect(JSON.stringify(fcm)).not.toMatch(/collapse/i);
  });

  it("of a challenge is urgent, and of no use after 120 seconds", async () => {
    const { open, arrived } = await startStage();
    for (const target of [APNS, FCM]) await open().push({ ...push(target), content: CHALLENGE });
    const [apns, fcm] = arrived;
    expect(apns).toMatchObject({
      headers: { "apns-priority": "10", "apns-expiration": String(NOW / 1000 + 120) },
    });
    expect(fcm).toMatchObject({ payload: { message: { android: { priority: "high", ttl: "120s" } } } });
  });
});
