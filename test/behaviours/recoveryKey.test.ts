import { describe, expect, it } from "vitest";
import { formatRecoveryKey } from "../../local/phone/protocol/recoveryKey.ts";
import { contents, contentsOf } from "../support/accounts.ts";
import { expectOk, expectOpened, problemOf } from "../support/service.ts";
import { DAY, later, newPhone, recoveredOn, startWithRecoveryKey, storageSecret, waiting } from "./stage.ts";

/** The owner's iCloud account is lost: there is another one, or none. */
const LOST = {
  "another iCloud account": { platform: "ios", storageSecret: new Uint8Array(32).fill(8) },
  "no iCloud account": { platform: "ios" },
} as const;
const WRONG = formatRecoveryKey(new Uint8Array(16).fill(9));

describe("an owner who has lost the iCloud account", () => {
  it.each(Object.entries(LOST))(
    "gets everything back with the recovery key: %s [H9] [A7] [D8]",
    async (_, lost) => {
      const { service, recoveryKey } = await startWithRecoveryKey();
      const phone = await newPhone(service, lost);
      const code = "storageSecret" in lost ? "storage-account-mismatch" : "storage-account-missing";
      expect(problemOf(await phone.recover())).toMatchObject({ code });

      const back = await recoveredOn(phone, { recoveryKey });
      expect(back.contents).toEqual(contents);
      expect(back.body).toMatchObject({ platform: "ios", content: { storageBound: true } });
      // It goes on as if nothing had happened: the storage secret that it got is the backup's.
      expectOk(await phone.upload(contentsOf(7)));
      expect(phone.storageSecret()).toEqual(storageSecret);
      const third = await newPhone(service, { platform: "ios", storageSecret: phone.storageSecret() });
      const again = await recoveredOn(third);
      expect(again.contents).toEqual(contentsOf(7));
    },
  );

  it("gets an older version back with it, too [H9] [H1]", async () => {
    const { service, old, recoveryKey } = await startWithRecoveryKey();
    expectOk(await old.upload(contentsOf(7)));
    const phone = await newPhone(service, { platform: "ios" });
    const back = await recoveredOn(phone, { recoveryKey, version: 1 });
    expect(back.contents).toEqual(contents);
  });

  it("sees with it what it would bring, before anything begins [H9] [H4]", async () => {
    const { next, recoveryKey } = await startWithRecoveryKey();
    expect(problemOf(await next.preview())).toMatchObject({ code: "storage-account-missing" });
    const preview = await next.preview({ recoveryKey });
    expectOk(preview);
    expect(preview.body.version).toMatchObject({ version: 1, accounts: 6 });
  });

  it("shows it again when a recovery has waited: at its begin it opened nothing [H9] [H10]", async () => {
    const { service, old, next, recoveryKey } = await startWithRecoveryKey();
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    const id = await waiting(next, { recoveryKey });
    await later(service, DAY, next);
    expect(problemOf(await next.open(id))).toMatchObject({ code: "storage-account-missing" });
    expect(problemOf(await next.open(id, { recoveryKey: WRONG }))).toMatchObject({
      code: "recovery-key-wrong",
    });
    const opened = await next.open(id, { recoveryKey });
    expectOpened(opened);
    expect(opened.contents).toEqual(contents);
  });

  it("can do with it on Android what the other platform is allowed to, and nothing before that [H9] [H8]", async () => {
    const { service, old, recoveryKey } = await startWithRecoveryKey();
    const android = await newPhone(service, { platform: "android" });
    expect(problemOf(await android.recover({ recoveryKey }))).toMatchObject({ code: "platform-changed" });
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    expect(problemOf(await android.recover())).toMatchObject({ code: "storage-bound" });
    const back = await recoveredOn(android, { recoveryKey });
    expect(back.contents).toEqual(contents);
  });

  it("needs the recovery account, too: another owner finds nothing with it [H9] [D5] [D15]", async () => {
    const { service, recoveryKey } = await startWithRecoveryKey();
    const thief = await newPhone(service, { platform: "ios", owner: "mallory" });
    expect(problemOf(await thief.recover({ recoveryKey }))).toMatchObject({ code: "backup-none" });
    const owner = await newPhone(service, { platform: "ios" });
    await owner.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await owner.recover({ recoveryKey }))).toMatchObject({ code: "step-up-required" });
  });
});
