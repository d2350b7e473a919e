import { describe, expect, it } from "vitest";
import { formatRecoveryKey } from "../../local/phone/protocol/recoveryKey.ts";
import { MOST_SPENT } from "../../shared/model/spent.ts";
import { BATCH_OPERATIONS } from "../../shared/store/port.ts";
import { contents } from "../support/accounts.ts";
import { partitionOf, userIdOf } from "../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  type PhoneSetup,
  problemOf,
  registeredPhone,
  startService,
} from "../support/service.ts";
import { expectWaits, startStage, startWithRecoveryKey, talliesOf } from "./stage.ts";

/** Somebody who sees what a phone sends, such as a proxy, and can send it again. */
function eavesdropper() {
  let last: Parameters<typeof fetch> | undefined;
  const setup: PhoneSetup = {
    fetch: (...request) => {
      last = request;
      return fetch(...request);
    },
  };
  /** Keeps the last request. @returns what sends it again, and tells the answer's code */
  function keep() {
    const [input, { signal: _, ...init } = {}] = last ?? expect.fail("nothing was sent");
    return async () => {
      const response = await fetch(input, init);
      const { code = response.status } = response.status === 204 ? {} : await codeOf(response);
      return code;
    };
  }
  return { setup, keep };
}

async function codeOf(response: Response): Promise<{ readonly code?: string }> {
  return (await response.json()) as { readonly code?: string };
}

/** Seconds after which what an owner's first requests have spent is no longer looked for in items of their own. */
const SETTLED = 421;

/** A phone with a backup, and somebody who hears it. @param age of the owner, in seconds */
async function start(age: number) {
  const service = await startService();
  const { setup, keep } = eavesdropper();
  const phone = await backedUpPhone(service, setup);
  expectOk(await phone.upload(contents));
  service.advance(age);
  return { service, phone, keep };
}

describe("how old a proof may be", () => {
  it("is 300 seconds where it is spent, and 60 where it is not; ahead 60 in both", async () => {
    const { service, old } = await startStage();
    const from = (seconds: number) => ({ proof: { payload: { iat: service.now() / 1000 + seconds } } });
    for (const seconds of [-300, 60])
      expectOk(await old.choosePolicy({ otherPlatform: seconds < 0 }, from(seconds)));
    for (const seconds of [-60, 60]) expectOk(await old.status(from(seconds)));
    const refused = [
      await old.choosePolicy({ otherPlatform: true }, from(-300.001)),
      await old.choosePolicy({ otherPlatform: true }, from(60.001)),
      await old.status(from(-60.001)),
      await old.status(from(60.001)),
      await old.preview({}, from(-60.001)),
    ];
    for (const result of refused) {
      const time = new Date(service.now()).toISOString();
      expect(problemOf(result)).toMatchObject({ status: 401, code: "proof-expired", time });
    }
  });

  it("is told with both reasons: the phone's clock, and a request that was long on its way", async () => {
    const { service, old } = await startStage();
    const refused = await old.status({ proof: { payload: { iat: service.now() / 1000 - 61 } } });
    expect(problemOf(refused).detail).toMatch(/clock is wrong, or the request took too long/);
  });
});

describe.each([
  ["a new owner", 0],
  ["an owner of some time", SETTLED],
] as const)("a request of %s that is sent again by somebody who saw it", (_, age) => {
  it("does nothing, as long as its proof would be good", async () => {
    const { service, phone, keep } = await start(age);
    const ahead = { proof: { payload: { iat: service.now() / 1000 + 60 } } };
    expectOk(await phone.choosePolicy({ otherPlatform: true }, ahead));
    const again = keep();
    expectOk(await phone.choosePolicy({ otherPlatform: false }));
    for (let seconds = 0; seconds <= 360; seconds += 60) {
      expect(await again()).toBe("proof-replayed");
      service.advance(60);
    }
    expect(await again()).toBe("proof-expired");
  });

  it("uses up no tries, where it was refused for a stale sign-in", async () => {
    const { service, phone, keep } = await start(age);
    await phone.signIn({ signedInSecondsAgo: 3000 });
    expect(problemOf(await phone.disable())).toMatchObject({ code: "step-up-required" });
    const again = keep();
    const before = await talliesOf(service, phone);
    expect(await again()).toBe("proof-replayed");
    expect(await talliesOf(service, phone)).toEqual(before);
  });

  it("uses up no tries, where a look at a recovery brought a wrong recovery key", async () => {
    const { service } = await startWithRecoveryKey();
    const { setup, keep } = eavesdropper();
    service.advance(age);
    const next = await registeredPhone(service, { ...setup, platform: "ios" });
    const looked = await next.preview({ recoveryKey: formatRecoveryKey(new Uint8Array(16).fill(9)) });
    expect(problemOf(looked)).toMatchObject({ code: "recovery-key-wrong" });
    const again = keep();
    const before = await partitionOf(service, next);
    expect(await again()).toBe("proof-replayed");
    expect(await partitionOf(service, next)).toEqual(before);
  });

  it("lifts no freeze that came after it: there was none to lift when the phone asked [H5]", async () => {
    const { service, phone, keep } = await start(age);
    expectOk(await phone.choosePolicy({ waitingSeconds: 24 * 60 * 60 }));
    expectOk(await phone.liftFreeze());
    const again = keep();
    const thief = await registeredPhone(service);
    const begun = await thief.recover();
    expectWaits(begun);
    expectOk(await phone.deny(begun.body.recoveryId));
    expect(await again()).toBe("proof-replayed");
    expect(problemOf(await phone.choosePolicy({ otherPlatform: true })).code).toBe("backup-frozen");
  });

  it("begins no recovery once the one that it asked about is over [D1]", async () => {
    const { service, phone } = await start(age);
    expectOk(await phone.choosePolicy({ waitingSeconds: 24 * 60 * 60 }));
    const { setup, keep } = eavesdropper();
    const next = await registeredPhone(service, setup);
    const begun = await next.recover();
    expectWaits(begun);
    expectWaits(await next.recover());
    const again = keep();
    expectOk(await next.cancel(begun.body.recoveryId));
    expect(await again()).toBe("proof-replayed");
  });

  it("turns no backup off that was turned on since [F1]", async () => {
    const { phone, keep } = await start(age);
    expectOk(await phone.disable());
    expectOk(await phone.disable());
    const again = keep();
    expectOk(await phone.enable());
    expect(await again()).toBe("proof-replayed");
  });

  it("erases nothing of the owner who has come back [H7]", async () => {
    const { service, phone, keep } = await start(age);
    expectOk(await phone.erase());
    const again = keep();
    expectOk(await phone.register());
    const before = await partitionOf(service, phone);
    expect(await again()).toBe("proof-replayed");
    expect(await partitionOf(service, phone)).toEqual(before);
  });

  it("registers no phone, and turns nothing on, after an erasure [H7]", async () => {
    const service = await startService();
    const { setup, keep } = eavesdropper();
    const phone = await registeredPhone(service, setup);
    service.advance(age);
    expectOk(await phone.register());
    const registers = keep();
    expectOk(await phone.enable());
    const enables = keep();
    const userId = userIdOf(phone);
    expectOk(await phone.erase());
    expect(await registers()).toBe("proof-replayed");
    expect(await enables()).toBe("device-not-registered");
    const left = await service.adapters.store.list(userId, "");
    expect(left.filter(({ id }) => !id.startsWith("proof:"))).toEqual([]);
  });

  it("does not go on with an erasure that was broken off: its first commit has spent the proof [H7]", async () => {
    let commits = Number.POSITIVE_INFINITY;
    const service = await startService({
      wrap: ({ store, ...rest }) => ({
        ...rest,
        store: {
          ...store,
          commit: (...call) => {
            commits--;
            if (commits < 0) throw new Error("the process ended");
            return store.commit(...call);
          },
        },
      }),
    });
    const { setup, keep } = eavesdropper();
    const phone = await backedUpPhone(service, setup);
    service.advance(age);
    for (let count = 0; count < BATCH_OPERATIONS; count++) {
      expectOk(await phone.choosePolicy({ otherPlatform: count % 2 === 0 }));
    }
    commits = 1;
    expect(problemOf(await phone.erase())).toMatchObject({ code: "internal" });
    commits = Number.POSITIVE_INFINITY;
    const again = keep();
    const before = await partitionOf(service, phone);
    expect(await again()).toBe("proof-replayed");
    expect(await partitionOf(service, phone)).toEqual(before);
    const userId = userIdOf(phone);
    expectOk(await phone.erase());
    expect(await service.adapters.store.read(userId, "owner")).toBeUndefined();
  });

  it("denies no recovery that began since, and takes nothing that was given since [H5] [D9]", async () => {
    const { service, phone, keep } = await start(age);
    expectOk(await phone.choosePolicy({ waitingSeconds: 24 * 60 * 60 }));
    const thief = await registeredPhone(service);
    const begun = await thief.recover();
    expectWaits(begun);
    expectOk(await phone.deny(begun.body.recoveryId));
    const denies = keep();
    expectOk(await phone.liftFreeze());
    const before = await partitionOf(service, phone);
    expect(await denies()).toBe("proof-replayed");
    expect(await partitionOf(service, phone)).toEqual(before);
  });

  it("uploads nothing twice, whatever many other requests have spent their proofs since [D11]", async () => {
    const { service, phone, keep } = await start(age);
    expectOk(await phone.upload(contents));
    expectOk(await phone.choosePolicy({ otherPlatform: true }));
    const again = keep();
    for (let count = 0; count < 2 * MOST_SPENT; count++) {
      expectOk(await phone.choosePolicy({ otherPlatform: count % 2 === 0 }));
      service.advance(1);
    }
    const before = await partitionOf(service, phone);
    expect(await again()).toBe("proof-replayed");
    expect(await partitionOf(service, phone)).toEqual(before);
  });

  it("erases nobody, nor registers a phone, where the list of proofs was full before the erasure [H7]", async () => {
    const { service, phone, keep } = await start(age);
    const copies = [];
    for (let count = 0; count < MOST_SPENT + 5; count++) {
      expectOk(await phone.register());
      copies.push(keep());
    }
    expectOk(await phone.erase());
    for (const again of copies) expect(await again()).toBe("proof-replayed");
    expectOk(await phone.register());
    for (const again of copies) expect(await again()).toBe("proof-replayed");
    service.advance(SETTLED);
    for (const again of copies) expect(await again()).toBe("proof-expired");
  });
});
