import { describe, expect, it } from "vitest";
import { contents, contentsOf } from "../../support/accounts.ts";
import type { Changes } from "../../support/partition.ts";
import { changesBetween, partitionOf, RECORDED } from "../../support/partition.ts";
import {
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";
import { DAY, HOUR, later, newPhone, recovered, startStage, waiting } from "../stage.ts";
import { android, anew, codesOf, iPhone, iPhoneElsewhere, trustedPhone } from "./stage.ts";

const NOTHING: Changes = { added: [], removed: [], changed: [] };

/** Refuses with that code, and changes nothing but what is said. */
async function expectRefused(
  service: TestService,
  phone: TestPhone,
  act: () => Promise<{ readonly ok: boolean }>,
  code: string,
  changes = NOTHING,
): Promise<void> {
  const before = await partitionOf(service, phone);
  expect(problemOf(await act())).toMatchObject({ code });
  expect(changesBetween(before, await partitionOf(service, phone))).toEqual(changes);
}

describe("a purpose that is none", () => {
  it.each(["", "erase", "RECOVER", "start_anew", null, 1, ["recover"]])(
    "is refused: %j [D4]",
    async (purpose) => {
      const { service, next } = await startStage();
      const body = { purpose };
      await expectRefused(service, next, () => next.recover({}, { body }), "body-invalid");
      await expectRefused(service, next, () => next.preview({}, { body }), "body-invalid");
    },
  );
});

describe("starting anew with a version", () => {
  it("is refused: it brings none, and would keep that one while it waits [D4]", async () => {
    const { service, next } = await startStage({ wait: DAY });
    const wish = { ...anew, version: 1 };
    await expectRefused(service, next, () => next.recover(wish), "body-invalid");
    await expectRefused(service, next, () => next.preview(wish), "body-invalid");
    await waiting(next, anew);
    await expectRefused(service, next, () => next.recover(wish), "body-invalid");
  });
});

describe("starting anew where backup is off, and no other phone is trusted,", () => {
  it("is refused where it was never on: turning on is all that is needed [G10]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    await expectRefused(service, phone, () => phone.preview(anew), "backup-off");
    await expectRefused(service, phone, () => phone.recover(anew), "backup-off", RECORDED);
    expectOk(await phone.enable());
  });

  it("is refused to the one trusted phone that turned it off [G10]", async () => {
    const { service, old } = await startStage();
    expectOk(await old.disable());
    await expectRefused(service, old, () => old.recover(anew), "backup-off", RECORDED);
    expectOk(await old.enable());
  });
});

describe("a version from before a phone was trusted", () => {
  /** An owner of whom one phone started anew: it may have the second key, but not the first. */
  async function startBeyond() {
    const { service, old, next } = await startStage({ wait: DAY });
    const id = await waiting(next, anew);
    await later(service, DAY, old, next);
    expectOk(await next.open(id));
    expectOk(await next.upload(contentsOf(7)));
    return { service, next };
  }

  it("isn't made current by it [H10]", async () => {
    const { service, next } = await startBeyond();
    await expectRefused(service, next, () => next.restore(1), "version-out-of-reach");
  });

  it("isn't in its export, neither the ciphertext nor the key [H10] [H7]", async () => {
    const { next } = await startBeyond();
    const exported = await next.exportAll();
    expectOk(exported);
    const { keys, items } = exported.body;
    expect(keys.map(({ number }) => number)).toEqual([2]);
    expect(items.map(({ id }) => id).filter((id) => id.startsWith("envelope:"))).toEqual(["envelope:2"]);
  });

  it("isn't recovered on it without waiting [H10]", async () => {
    const { next } = await startBeyond();
    const id = await waiting(next, { version: 1 });
    expect(problemOf(await next.open(id))).toMatchObject({ code: "recovery-waiting" });
    const begun = await next.recover({ version: 2 });
    expectOk(begun);
    expect(begun.body.state).not.toBe("waiting");
  });

  it("isn't reached by asking again for what it may have anyway [H10]", async () => {
    const { service, next } = await startBeyond();
    await recovered(next);
    await expectRefused(service, next, () => next.restore(1), "version-out-of-reach");
  });
});

describe("the trust of a phone that was revoked", () => {
  it("is gone: it is a stranger's and, registered again, a new one [H5]", async () => {
    const { service, old } = await startStage();
    const gone = await trustedPhone(service, { name: "Tablet" });
    expectOk(await old.revoke(gone.deviceId));
    const acts = {
      key: gone.key,
      versions: gone.versions,
      restore: () => gone.restore(1),
      export: gone.exportAll,
      policy: () => gone.choosePolicy({ otherPlatform: true }),
      recoveryKey: gone.removeRecoveryKey,
      refresh: gone.refresh,
      disable: gone.disable,
      erase: gone.erase,
      lift: gone.liftFreeze,
      revoke: () => gone.revoke(old.deviceId),
    };
    const all = (code: string) => Object.fromEntries(Object.keys(acts).map((act) => [act, code]));
    expect(await codesOf(acts)).toEqual(all("device-not-registered"));
    expectOk(await gone.register());
    expect(await codesOf(acts)).toEqual(all("trust-required"));
  });

  it("opens nothing more of a recovery that was released on it [H5]", async () => {
    const { old, next: gone } = await startStage();
    const id = await recovered(gone);
    expectOk(await old.revoke(gone.deviceId));
    expectOk(await gone.register());
    expect(problemOf(await gone.open(id))).toMatchObject({ code: "recovery-over" });
  });

  it("approves nothing that began while it was gone [H10]", async () => {
    const { service, old } = await startStage();
    const gone = await trustedPhone(service);
    expectOk(await old.choosePolicy({ waitingSeconds: DAY }));
    expectOk(await old.revoke(gone.deviceId));
    const thief = await newPhone(service);
    const id = await waiting(thief);
    expectOk(await gone.register());
    expect(problemOf(await gone.approve(id))).toMatchObject({ code: "trust-required" });
  });
});

describe("restoring a version of another key", () => {
  it.each([
    ["another platform", iPhone, android],
    ["another iCloud account", iPhone, iPhoneElsewhere],
  ] as const)(
    "is refused where that is of %s: no phone could go on from it [G1] [A8]",
    async (_, first, second) => {
      const { service, old } = await startStage({ phones: first });
      const other = await newPhone(service, second);
      expectOk(await other.recover(anew));
      expectOk(await other.upload(contents));
      service.advance(HOUR);
      await old.signIn();
      await expectRefused(service, old, () => old.restore(1), "version-elsewhere");
      await other.signIn();
      await expectRefused(service, other, () => other.restore(1), "version-out-of-reach");
    },
  );
});
