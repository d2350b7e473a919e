import { describe, expect, it } from "vitest";
import { formatRecoveryKey } from "../../local/phone/protocol/recoveryKey.ts";
import type { Refusal } from "../../shared/recovery/guards.ts";
import { contents } from "../support/accounts.ts";
import { changesBetween, partitionOf, RECORDED } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  type PhoneSetup,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";

const ios = { platform: "ios", storageSecret: new Uint8Array(32).fill(7) } as const;
const otherICloud = new Uint8Array(32).fill(8);

/** A phone whose recovery is refused, and what it asks for. */
interface Refused {
  readonly phone: TestPhone;
  readonly recover?: Parameters<TestPhone["recover"]>;
}

/** What is not asked for again and again: that leaves nothing at all. */
type Told = Exclude<Refusal["reason"], "too-many-tries" | "recovery-waiting" | "backup-frozen">;

/** Refusals that are counted besides. */
const COUNTED = ["recovery-key-wrong", "step-up-required", "accounts-present"];

/** By its reason, how it comes that a recovery is refused: one for each there is. */
const scenes: {
  readonly [Reason in Told]: (service: TestService) => Promise<Refused>;
} = {
  "backup-off": async (service) => {
    const phone = await registeredPhone(service);
    return { phone, recover: [{ purpose: "start-anew" }] };
  },
  "recovery-key-none": async (service) => {
    await withBackup(service, ios);
    const recoveryKey = formatRecoveryKey(new Uint8Array(16).fill(9));
    return { phone: await registeredPhone(service, { platform: "ios" }), recover: [{ recoveryKey }] };
  },
  "recovery-key-wrong": async (service) => {
    const old = await withBackup(service, ios);
    expectOk(await old.setRecoveryKey());
    const recoveryKey = formatRecoveryKey(new Uint8Array(16).fill(9));
    return { phone: await registeredPhone(service, { platform: "ios" }), recover: [{ recoveryKey }] };
  },
  "backup-none": async (service) => ({ phone: await registeredPhone(service) }),
  "backup-deleted": async (service) => {
    const old = await withBackup(service);
    const phone = await registeredPhone(service);
    expectOk(await old.disable());
    return { phone };
  },
  "version-not-found": async (service) => {
    await withBackup(service);
    return { phone: await registeredPhone(service), recover: [{ version: 2 }] };
  },
  "platform-changed": async (service) => {
    await withBackup(service);
    return { phone: await registeredPhone(service, ios) };
  },
  "storage-bound": async (service) => {
    const old = await withBackup(service, ios);
    expectOk(await old.choosePolicy({ otherPlatform: true }));
    return { phone: await registeredPhone(service) };
  },
  "storage-account-missing": async (service) => {
    await withBackup(service, ios);
    return { phone: await registeredPhone(service, { platform: "ios" }) };
  },
  "storage-account-mismatch": async (service) => {
    await withBackup(service, ios);
    return { phone: await registeredPhone(service, { platform: "ios", storageSecret: otherICloud }) };
  },
  "storage-account-unexpected": async (service) => {
    await withBackup(service);
    const phone = await registeredPhone(service);
    return { phone, recover: [{}, { body: { storageCheck: "c".repeat(43) } }] };
  },
  "accounts-present": async (service) => {
    const old = await withBackup(service);
    const onPhone = old.state().accounts.map(({ ref }) => ref);
    return { phone: await registeredPhone(service), recover: [{ onPhone }] };
  },
  "step-up-required": async (service) => {
    await withBackup(service);
    const phone = await registeredPhone(service);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    return { phone };
  },
};

describe("a refused recovery", () => {
  it.each(Object.entries(scenes))(
    "changes nothing but the owner's record, which tells of it: %s [D4]",
    async (reason, prepare) => {
      const service = await startService();
      const { phone, recover = [] } = await prepare(service);
      const before = await partitionOf(service, phone);
      expect(problemOf(await phone.recover(...recover))).toMatchObject({ code: reason });
      expect(changesBetween(before, await partitionOf(service, phone))).toEqual({
        ...RECORDED,
        changed: [...(COUNTED.includes(reason) ? ["owner.tries"] : []), ...RECORDED.changed],
      });

      const record = await phone.activity();
      expectOk(record);
      expect(record.body.events[0]).toMatchObject({
        type: "recovery-refused",
        device: { deviceId: phone.deviceId },
        details: { code: reason },
      });
    },
  );

  it("can be tried again, and begins then as if nothing had been [D4]", async () => {
    const service = await startService();
    const { phone } = await scenes["step-up-required"](service);
    expect(problemOf(await phone.recover())).toMatchObject({ code: "step-up-required" });
    await phone.signIn();
    const recovered = await phone.recover();
    expectOk(recovered);
    expect(recovered.contents).toEqual(contents);
  });

  it("is recorded once a minute for the same reason, and four times for whatever reasons [I6] [H6]", async () => {
    const service = await startService();
    const { phone } = await scenes["version-not-found"](service);
    const eventsAfter = async (times: number, ...recover: Parameters<TestPhone["recover"]>) => {
      for (let time = 0; time < times; time++) expect((await phone.recover(...recover)).ok).toBe(false);
      const record = await phone.activity();
      expectOk(record);
      return record.body.events.filter(({ type }) => type === "recovery-refused").length;
    };
    expect(await eventsAfter(50, { version: 99 })).toBe(1);
    expect(await eventsAfter(50, {}, { body: { storageCheck: "c".repeat(43) } })).toBe(2);
    service.advance(59);
    expect(await eventsAfter(1, { version: 99 })).toBe(2);
    service.advance(1);
    expect(await eventsAfter(50, { version: 99 })).toBe(3);
  });

  it("for what the request looks like leaves not even an event [D4]", async () => {
    const service = await startService();
    await withBackup(service);
    const phone = await registeredPhone(service);
    const before = await partitionOf(service, phone);
    const refused = await phone.recover({}, { body: { accounts: ["a name"] } });
    expect(problemOf(refused)).toMatchObject({ code: "body-invalid" });
    expect(await partitionOf(service, phone)).toEqual(before);
  });
});

async function withBackup(service: TestService, setup: PhoneSetup = {}): Promise<TestPhone> {
  const phone = await backedUpPhone(service, setup);
  expectOk(await phone.upload(contents));
  return phone;
}
