import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import { expectOk, problemOf } from "../support/service.ts";
import { DAY, newPhone, startStage } from "./stage.ts";

describe("a preview", () => {
  it("tells counts and kinds, how long it would wait and who could shorten that [H4]", async () => {
    const { next } = await startStage({ wait: DAY });
    const preview = await next.preview();
    expectOk(preview);
    expect(preview.body).toMatchObject({
      platform: "android",
      version: { version: 1, accounts: contents.accounts.length, device: { name: "Old phone" } },
      kinds: { personal: 2, "work-or-school": 2, "third-party": 2 },
      actionRequired: 2,
      waitingSeconds: DAY,
      approvers: 1,
      missing: [],
    });
  });

  it("tells no name, reference, key or ciphertext [H4] [C4]", async () => {
    const { old, next } = await startStage();
    const preview = await next.preview();
    expectOk(preview);
    const text = JSON.stringify(preview.body);
    for (const { ref } of old.state().accounts) expect(text).not.toContain(ref);
    for (const { issuer, userName } of contents.accounts) {
      expect(text).not.toContain(issuer);
      expect(text).not.toContain(userName);
    }
    expect(text).not.toMatch(/sealed"|envelope|"key":\D|digest/);
    expect(next.state().userKey).toBeUndefined();
  });

  it("stores nothing, and is not counted however often it is asked for [H4]", async () => {
    const { service, next } = await startStage();
    const before = await partitionOf(service, next);
    for (let time = 0; time < 12; time++) expectOk(await next.preview());
    expect(await partitionOf(service, next)).toEqual(before);
  });

  it("needs no recent sign-in, and says what a recovery would need [H4]", async () => {
    const { service, next } = await startStage();
    await next.signIn({ signedInSecondsAgo: 3000, secondFactor: false });
    const before = await partitionOf(service, next);
    const preview = await next.preview();
    expectOk(preview);
    expect(preview.body.missing).toEqual(["recent-sign-in", "second-factor"]);
    expect(await partitionOf(service, next)).toEqual(before);
  });

  it("shows an older version, where that is named [H4] [H1]", async () => {
    const { old, next } = await startStage();
    expectOk(await old.upload(contentsOf(9)));
    const older = await next.preview({ version: 1 });
    expectOk(older);
    expect(older.body.version).toMatchObject({ version: 1, accounts: 6 });
    const present = await next.preview();
    expectOk(present);
    expect(present.body).toMatchObject({ version: { version: 2 }, kinds: { personal: 2, "third-party": 5 } });
  });

  it("tells a trusted phone that it would not wait [H4] [H10]", async () => {
    const { old } = await startStage({ wait: DAY });
    const preview = await old.preview();
    expectOk(preview);
    expect(preview.body).toMatchObject({ waitingSeconds: 0, approvers: 0 });
  });

  it("is refused as the recovery would be, and leaves nothing [H4]", async () => {
    const { service, old, next } = await startStage();
    const other = await newPhone(service, { platform: "ios", storageSecret: new Uint8Array(32) });
    const stranger = await newPhone(service, { owner: "mallory" });
    const before = await partitionOf(service, next);
    // Guesses at what is in the backup get no answer here.
    const guess = await next.send({
      method: "POST",
      path: "/v1/recoveries/preview",
      body: { accounts: old.state().accounts.map(({ ref }) => ref) },
    });
    expect(guess.body).toMatchObject({ status: 400, code: "body-invalid" });
    expect(problemOf(await next.preview({ version: 2 }))).toMatchObject({ code: "version-not-found" });
    expect(problemOf(await other.preview())).toMatchObject({ code: "platform-changed" });
    expect(problemOf(await stranger.preview())).toMatchObject({ status: 404, code: "backup-none" });
    expect(await partitionOf(service, next)).toEqual(before);
    expectOk(await old.disable());
    expect(problemOf(await next.preview())).toMatchObject({ status: 410, code: "backup-deleted" });
  });
});
