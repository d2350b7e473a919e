import { describe, expect, it } from "vitest";
import { changesBetween, partitionOf, userIdOf } from "../../support/partition.ts";
import { backedUpPhone, expectOk, problemOf, type TestPhone } from "../../support/service.ts";
import { DAY, later, newPhone, waiting } from "../stage.ts";
import { iPhone, STALE } from "../trust/stage.ts";
import { contactStage, toldOf } from "./stage.ts";

const TOKEN = "fcm-token:".padEnd(142, "aZ0_-");
const APNS_TOKEN = "0123456789abcdef".repeat(4);
const said = { environment: "production", token: TOKEN, language: "sv" } as const;

const say = (phone: TestPhone, more: Partial<typeof said> = {}) => phone.sayPushToken({ ...said, ...more });

describe("a phone's push token", () => {
  it("is said at every start, by any registered phone, and kept encrypted; a repeat changes nothing [H5]", async () => {
    const { service, phone } = await contactStage();
    const next = await newPhone(service);
    await next.signIn(STALE);
    expectOk(await say(next));
    const stored = JSON.stringify(await partitionOf(service, phone));
    expect(stored).not.toContain(TOKEN);
    const before = await partitionOf(service, phone);
    expectOk(await say(next));
    expect(await partitionOf(service, phone)).toEqual(before);
  });

  it.each([
    ["token", { token: TOKEN.replace("fcm", "new") }],
    ["language", { language: "ja" }],
  ])("is replaced if its %s is another [H5]", async (_, more) => {
    const { service, phone } = await contactStage();
    expectOk(await say(phone));
    const before = await partitionOf(service, phone);
    expectOk(await phone.sayPushToken({ ...said, ...more }));
    const { added, removed } = changesBetween(before, await partitionOf(service, phone));
    expect({ added, removed }).toEqual({ added: ["proof"], removed: [] });
    const push = await service.adapters.store.read(userIdOf(phone), `push:${phone.deviceId}`);
    expect(push?.body).toMatchObject({ platform: "fcm", ...("language" in more ? more : {}) });
  });

  it("is where the phone is told from then on, and no longer once it is revoked [H5]", async () => {
    const stage = await contactStage();
    const { service, phone } = stage;
    const next = await newPhone(service);
    expectOk(await say(next, {}));
    let from = stage.taken.length;
    expectOk(await phone.choosePolicy({ waitingSeconds: 1 }));
    expect(toldOf(stage, from)).toEqual([TOKEN]);
    expectOk(await phone.revoke(next.deviceId));
    from = stage.taken.length;
    expectOk(await phone.choosePolicy({ waitingSeconds: 2 }));
    expect(toldOf(stage, from)).toEqual([]);
    expect(problemOf(await say(next)).code).toBe("device-not-registered");
  });

  it("is written again before it would be forgotten, as long as the app is started now and then [H5]", async () => {
    const { service, phone } = await contactStage();
    expectOk(await say(phone));
    for (let month = 0; month < 12; month++) {
      await later(service, 31 * DAY, phone);
      expectOk(await say(phone));
    }
    const push = () => service.adapters.store.read(userIdOf(phone), `push:${phone.deviceId}`);
    expect(await push()).toBeDefined();
    await later(service, 270 * DAY + 1, phone);
    expect(await push()).toBeUndefined();
  });

  it("can be said while the backup is frozen: the phone is told of the end of it [H5]", async () => {
    const { service, phone } = await contactStage();
    expectOk(await phone.choosePolicy({ waitingSeconds: DAY }));
    expectOk(await phone.deny(await waiting(await newPhone(service))));
    expectOk(await say(phone));
  });

  it("of an iPhone is Apple's, of either environment", async () => {
    const { service } = await contactStage();
    const phone = await backedUpPhone(service, { owner: "bob", ...iPhone });
    for (const environment of ["production", "sandbox"] as const) {
      expectOk(await phone.sayPushToken({ ...said, environment, token: APNS_TOKEN }));
    }
  });
});

describe("a push token is refused, and changes nothing,", () => {
  const ofAndroid = { platform: "fcm", ...said };
  const ofIos = { platform: "apns", ...said, token: APNS_TOKEN };

  it.each<[string, "android" | "ios", Record<string, unknown>, string]>([
    ["Apple's, of a phone with Android", "android", ofIos, "push-token-mismatch"],
    ["Google's, of an iPhone", "ios", ofAndroid, "push-token-mismatch"],
    [
      "an environment that FCM does not have",
      "android",
      { ...ofAndroid, environment: "sandbox" },
      "push-token-mismatch",
    ],
    ["Apple's, which is not hexadecimal", "ios", { ...ofIos, token: TOKEN }, "push-token-mismatch"],
    ["Apple's, with half a byte", "ios", { ...ofIos, token: `${APNS_TOKEN}a` }, "push-token-mismatch"],
    ["an empty one", "android", { ...ofAndroid, token: "" }, "body-invalid"],
    ["a line break in it", "android", { ...ofAndroid, token: `${TOKEN}\r\nx: y` }, "body-invalid"],
    ["one that no platform would give", "android", { ...ofAndroid, token: "a".repeat(4097) }, "body-invalid"],
    ["a platform that nobody knows", "android", { ...ofAndroid, platform: "wns" }, "body-invalid"],
    ["a language that is not written", "android", { ...ofAndroid, language: "tlh" }, "body-invalid"],
    ["a member more", "android", { ...ofAndroid, deviceId: "a".repeat(43) }, "body-invalid"],
  ])("with %s", async (_, platform, body, code) => {
    const { service } = await contactStage();
    const phone = await backedUpPhone(service, { owner: "bob", ...(platform === "ios" && iPhone) });
    const before = await partitionOf(service, phone);
    const result = await phone.sayPushToken(said, { body });
    expect(problemOf(result)).toMatchObject({ code, status: 400 });
    expect(await partitionOf(service, phone)).toEqual(before);
  });
});
