import { describe, expect, it } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import { formatRecoveryKey } from "../../local/phone/protocol/recoveryKey.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf } from "../support/partition.ts";
import { expectOk, phoneOf, problemOf, startService, type TestPhone } from "../support/service.ts";
import {
  at,
  HOUR,
  later,
  newPhone,
  recordOf,
  recovered,
  recoveredOn,
  startStage,
  talliesOf,
} from "./stage.ts";

const STALE = { signedInSecondsAgo: 3000 } as const;
const ios = { platform: "ios", storageSecret: new Uint8Array(32).fill(7) } as const;
const WRONG = formatRecoveryKey(new Uint8Array(16).fill(9));

describe("proofs that are refused", () => {
  it("are twenty in an hour: then no stale sign-in gets in, and a fresh one does all the same", async () => {
    const { service, old, next } = await startStage();
    const first = service.now();
    for (let time = 0; time < 20; time++) {
      const refused = await next.status({ proof: time % 2 === 0 ? false : { payload: { htm: "PUT" } } });
      const code = time % 2 === 0 ? "proof-missing" : "proof-invalid";
      expect(problemOf(refused)).toMatchObject({ status: 401, code, triesLeft: 19 - time });
      service.advance(1);
    }
    const { result: refused, counts } = await service.counted(() => next.status({ proof: false }));
    const retryAt = at(first + HOUR * 1000);
    expect(problemOf(refused)).toMatchObject({
      status: 429,
      code: "too-many-refusals",
      of: "proofs",
      retryAt,
    });
    expect(counts.commit).toBe(0);
    const stale = await phoneOf(service, { signIn: STALE });
    expect(problemOf(await stale.register())).toMatchObject({ status: 429, of: "proofs" });
    // A fresh sign-in gets in.
    expectOk(await (await phoneOf(service)).register());
    expectOk(await next.status());
    await recoveredOn(next);
    expectOk(await old.upload(contents));
    expectOk(await old.key());
    await recoveredOn(old);
    const told = (await recordOf(old)).filter(({ type }) => type === "tries-exhausted");
    // No phone is named: none has proved to be there.
    expect(told).toEqual([{ type: "tries-exhausted", details: { code: "proofs" }, device: undefined }]);

    await later(service, HOUR - 20);
    await stale.signIn(STALE);
    expect(problemOf(await stale.register())).toMatchObject({ code: "step-up-required" });
  });

  it("for a wrong clock are not counted: that is no thief", async () => {
    const { service, next } = await startStage();
    const refused = await next.status({ proof: { payload: { iat: service.now() / 1000 - 3600 } } });
    expect(problemOf(refused)).toMatchObject({ code: "proof-expired" });
    expect(await talliesOf(service, next)).toEqual([]);
  });

  it("of somebody who has no phone here leave nothing", async () => {
    const service = await startService();
    const stranger = await phoneOf(service, { owner: "mallory" });
    const { result, counts } = await service.counted(() => stranger.status({ proof: false }));
    expect(problemOf(result)).toMatchObject({ status: 401, code: "proof-missing" });
    expect(counts.commit).toBe(0);
  });
});

describe("a phone that only uploads and reads the status", () => {
  it("is never locked out, whatever tries the owner's other phones and a thief have spent", async () => {
    const { service, old, next } = await startStage({ phones: ios });
    expectOk(await old.setRecoveryKey());
    const thieves = [next, await newPhone(service, ios), await newPhone(service, ios)];
    for (const phone of thieves) {
      for (let time = 0; time < 6; time++) problemOf(await phone.preview({ recoveryKey: WRONG }));
      await phone.signIn(STALE);
      for (let time = 0; time < 11; time++) problemOf(await phone.register());
    }
    for (let time = 0; time < 21; time++) problemOf(await next.status({ proof: false }));
    // Its own sign-in is long ago, and that was told to it too often as well.
    await old.signIn(STALE);
    for (let time = 0; time < 11; time++) problemOf(await old.disable());
    expect(problemOf(await old.disable())).toMatchObject({ status: 429 });
    for (let time = 0; time < 3; time++) {
      expectOk(await old.status());
      expectOk(await old.upload(contents));
    }
    expectOk(await old.devices());
    expectOk(await old.activity());
  });

  it("says that a recovery wasn't the owner's, too, when its tries are spent [H5]", async () => {
    const { old, next } = await startStage();
    await old.signIn(STALE);
    for (let time = 0; time < 11; time++) problemOf(await old.disable());
    expectOk(await old.deny(await recovered(next)));
  });
});

describe("while the store can't be asked", () => {
  it.each([
    ["a stale sign-in", (phone: TestPhone) => phone.signIn(STALE).then(() => phone.register())],
    ["a wrong recovery key", (phone: TestPhone) => phone.recover({ recoveryKey: WRONG })],
    ["a proof that is missing", (phone: TestPhone) => phone.status({ proof: false })],
    ["a recovery", (phone: TestPhone) => phone.recover()],
  ])("no try is free: %s is answered as a fault, not as a refusal [G2]", async (_, act) => {
    let down = false;
    const wrap = ({ store, kek, ...rest }: Adapters): Adapters => ({
      ...rest,
      kek,
      store: {
        ...store,
        commit: (...call) => (down ? Promise.reject(new StoreUnavailable(2)) : store.commit(...call)),
      },
    });
    const { service, old, next } = await startStage({ phones: ios, wrap });
    expectOk(await old.setRecoveryKey());
    const before = await partitionOf(service, next);
    down = true;
    const refused = await act(next);
    expect(problemOf(refused)).toMatchObject({ status: 503, code: "store-unavailable", retryable: true });
    expect(JSON.stringify(refused)).not.toContain("triesLeft");
    down = false;
    expect(await partitionOf(service, next)).toEqual(before);
  });
});
