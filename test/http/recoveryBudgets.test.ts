import { describe, expect, it } from "vitest";
import {
  backedUpPhone,
  expectOk,
  problemOf,
  registeredPhone,
  startService,
  type TestPhone,
  type TestService,
} from "../support/service.ts";
import { costOf, nothing, phoneWithBackup, refusalOf } from "./cost.ts";

// The budgets of docs/architecture.md, counted at the ports.

/** Seconds. */
const WAIT = 3600;
const ios = { platform: "ios", storageSecret: new Uint8Array(32).fill(7) } as const;

interface Waiting {
  readonly service: TestService;
  readonly old: TestPhone;
  readonly fresh: TestPhone;
  readonly begin: () => ReturnType<TestPhone["recover"]>;
}

/** A new phone whose recovery will wait. */
async function aboutToWait(): Promise<Waiting> {
  const service = await startService();
  const old = await phoneWithBackup(service);
  expectOk(await old.choosePolicy({ waitingSeconds: WAIT }));
  const fresh = await registeredPhone(service);
  return { service, old, fresh, begin: () => fresh.recover() };
}

async function waiting(): Promise<Waiting & { readonly recoveryId: string }> {
  const about = await aboutToWait();
  const begun = await about.begin();
  expectOk(begun);
  return { ...about, recoveryId: begun.body.recoveryId };
}

describe("a recovery", () => {
  it("costs 2 reads, 1 commit and 1 unwrap to begin, and no unwrap while the key is remembered", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const [second, third] = [await registeredPhone(service), await registeredPhone(service)];
    expect(await costOf(service, () => second.recover())).toEqual({
      ...nothing,
      read: 2,
      commit: 1,
      unwrap: 1,
    });
    expect(await costOf(service, () => third.recover())).toEqual({ ...nothing, read: 2, commit: 1 });
  });

  it("costs 3 reads, as it may be a retry, and 1 commit for the record, where it is refused", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service);
    const onPhone = phone.state().accounts.map(({ ref }) => ref);
    const next = await registeredPhone(service);
    const { result, counts } = await service.counted(() => next.recover({ onPhone }));
    expect(problemOf(result)).toMatchObject({ code: "accounts-present" });
    expect(counts).toEqual({ ...nothing, read: 3, commit: 1 });
  });

  it("costs 1 read, 1 commit and 1 unwrap to begin before anything was uploaded", async () => {
    const service = await startService();
    await backedUpPhone(service);
    const fresh = await registeredPhone(service);
    const counts = { ...nothing, read: 1, commit: 1, unwrap: 1 };
    expect(await costOf(service, () => fresh.recover())).toEqual(counts);
  });

  it("costs 2 reads to preview, and nothing else", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const next = await registeredPhone(service);
    expect(await costOf(service, () => next.preview())).toEqual({ ...nothing, read: 2 });
  });

  it("costs 2 reads to look at", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const next = await registeredPhone(service);
    const begun = await next.recover();
    expectOk(begun);
    const look = () => next.readRecovery(begun.body.recoveryId);
    expect(await costOf(service, look)).toEqual({ ...nothing, read: 2 });
  });
});

describe("starting anew", () => {
  const anew = { purpose: "start-anew" } as const;

  it("costs 1 read and 1 commit, as no envelope is read, and no call for its key", async () => {
    const service = await startService();
    await phoneWithBackup(service);
    const fresh = await registeredPhone(service);
    expect(await costOf(service, () => fresh.preview(anew))).toEqual({ ...nothing, read: 1 });
    expect(await costOf(service, () => fresh.recover(anew))).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("costs 1 read and 1 commit where it waits; then 2 reads and 1 commit to open, and 1 unwrap besides to open again", async () => {
    const { service, fresh } = await aboutToWait();
    const begin = () => fresh.recover(anew);
    expect(await costOf(service, begin)).toEqual({ ...nothing, read: 1, commit: 1 });
    const { recoveryId = "" } = fresh.state().recovery ?? {};
    service.advance(WAIT);
    await fresh.signIn();
    const open = () => fresh.open(recoveryId);
    expect(await costOf(service, open)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, open)).toEqual({ ...nothing, read: 2, commit: 1, unwrap: 1 });
  });

  it("costs 3 reads, as it may be a retry, and 1 commit in place of a recovery that waits", async () => {
    const { service, fresh } = await waiting();
    expect(await costOf(service, () => fresh.recover(anew))).toEqual({ ...nothing, read: 3, commit: 1 });
  });
});

describe("a recovery that waits", () => {
  it("costs 2 reads and 1 commit to begin, and no unwrap; 2 reads more to go on with", async () => {
    const { service, begin } = await aboutToWait();
    expect(await costOf(service, begin)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, begin)).toEqual({ ...nothing, read: 4, commit: 1 });
  });

  it("costs 3 reads where it is opened too early", async () => {
    const { service, fresh, recoveryId } = await waiting();
    const counts = { ...nothing, read: 3 };
    const open = () => fresh.open(recoveryId);
    expect(await refusalOf(service, open)).toEqual({ code: "recovery-waiting", counts });
  });

  it("costs 3 reads, 1 commit and 1 unwrap to open, and no unwrap to open again", async () => {
    const { service, fresh, recoveryId } = await waiting();
    service.advance(WAIT);
    await fresh.signIn();
    const open = () => fresh.open(recoveryId);
    expect(await costOf(service, open)).toEqual({ ...nothing, read: 3, commit: 1, unwrap: 1 });
    expect(await costOf(service, open)).toEqual({ ...nothing, read: 3, commit: 1 });
  });

  it("costs 2 reads and 1 commit to approve, and to approve again", async () => {
    const { service, old, recoveryId } = await waiting();
    const approve = () => old.approve(recoveryId);
    expect(await costOf(service, approve)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, approve)).toEqual({ ...nothing, read: 2, commit: 1 });
  });

  it("costs 2 reads and 1 commit to cancel, and to cancel again", async () => {
    const { service, fresh, recoveryId } = await waiting();
    const cancel = () => fresh.cancel(recoveryId);
    expect(await costOf(service, cancel)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, cancel)).toEqual({ ...nothing, read: 2, commit: 1 });
  });

  it("costs 2 reads and 1 commit to deny; 1 read and 1 commit to lift the freeze after it", async () => {
    const { service, old, recoveryId } = await waiting();
    const [deny, lift] = [() => old.deny(recoveryId), () => old.liftFreeze()];
    expect(await costOf(service, deny)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, deny)).toEqual({ ...nothing, read: 2, commit: 1 });
    expect(await costOf(service, lift)).toEqual({ ...nothing, read: 1, commit: 1 });
    expect(await costOf(service, lift)).toEqual({ ...nothing, read: 1, commit: 1 });
  });

  it("costs 2 reads and 1 commit to deny on a phone that it has revoked since", async () => {
    const { service, old, fresh, recoveryId } = await waiting();
    expectOk(await old.approve(recoveryId));
    expectOk(await fresh.open(recoveryId));
    expectOk(await fresh.revoke(old.deviceId));
    expect(await costOf(service, () => old.deny(recoveryId))).toEqual({ ...nothing, read: 2, commit: 1 });
  });
});

describe("a recovery key", () => {
  it("costs 1 read and 1 commit to set up, to remove, and to remove again", async () => {
    const service = await startService();
    const phone = await phoneWithBackup(service, ios);
    const once = { ...nothing, read: 1, commit: 1 };
    expect(await costOf(service, () => phone.setRecoveryKey())).toEqual(once);
    expect(await costOf(service, () => phone.removeRecoveryKey())).toEqual(once);
    expect(await costOf(service, () => phone.removeRecoveryKey())).toEqual({
      ...nothing,
      read: 1,
      commit: 1,
    });
  });
});
