import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/devices/explain.ts";
import { newOwner, registered, UNUSED } from "../../../shared/devices/registration.ts";
import { type Device, MOST_DEVICES } from "../../../shared/model/device.ts";
import { type Owner, ownerShape } from "../../../shared/model/owner.ts";
import {
  DAY,
  freeze,
  HOUR,
  off,
  on,
  phone,
  recovery,
  release,
  START,
  timeAt,
  trusted,
} from "../backup/owner.ts";

const coordinate = (letter: string) => `${letter.repeat(42)}A`;
const sealingKey = { kty: "EC", crv: "P-256", x: coordinate("x"), y: coordinate("y") } as const;
const presented = {
  deviceId: coordinate("d"),
  name: "Old phone",
  platform: "android",
  sealingKey,
} as const;
const registration = { ...presented, tokenHash: coordinate("t") };
const nobody = newOwner(START);

/** An owner who has registered one phone, and the phone as it was stored. */
function withOnePhone() {
  const verdict = registered(nobody, undefined, registration, START);
  if (verdict.refused || !verdict.next) throw new Error("the first phone was not registered");
  return { owner: verdict.next, phone: verdict.device };
}

it("an owner begins with nothing: no backup, no phone, and no second factor seen", () => {
  expect(ownerShape.parse(nobody)).toEqual(nobody);
  expect(nobody).toMatchObject({ secondFactorSeen: false, devices: [], backup: { state: "off" } });
});

describe("a phone that registers", () => {
  it("is not trusted, has signed in, and waits for no sign-in when it is new", () => {
    const { owner, phone } = withOnePhone();

    expect(phone).toEqual({
      ...presented,
      registeredAt: timeAt(0),
      registered: 1,
      signedInAt: timeAt(0),
      tokens: [],
      awaitsSignIn: false,
    });
    expect(owner).toMatchObject({ ...nobody, devices: [phone], tries: expect.anything() });
  });

  it("changes nothing when it repeats itself: no sign-in, no trust, no count", () => {
    const known = trusted("d", 2, { ...presented, deniedAt: timeAt(0) });
    const owner = { ...off, devices: [known] };

    expect(registered(owner, known, registration, START + DAY)).toEqual({
      refused: undefined,
      device: known,
      next: undefined,
      displaced: undefined,
    });
  });

  it("takes a new name and keeps the rest, when it was registered included", () => {
    const { owner, phone } = withOnePhone();
    const renamed = { ...phone, name: "Kitchen phone" };

    expect(registered(owner, phone, { ...registration, name: renamed.name }, START + 1)).toEqual({
      refused: undefined,
      device: renamed,
      next: { ...owner, devices: [renamed] },
      displaced: undefined,
    });
  });

  it("takes a new name among others that keep theirs", () => {
    const [known, other] = [phone("d", presented), phone("o")];
    const { next } = registered(
      { ...off, devices: [other, known] },
      known,
      { ...registration, name: "Mine" },
      START,
    ) as { next?: Owner };
    expect(next?.devices).toEqual([other, { ...known, name: "Mine" }]);
  });

  it("is refused under another platform", () => {
    const { owner, phone } = withOnePhone();

    expect(registered(owner, phone, { ...registration, platform: "ios" }, START)).toEqual({
      refused: { reason: "client-platform-changed" },
    });
  });

  it.each(["x", "y"] as const)("is refused with a sealing key that differs in %s alone", (member) => {
    const { owner, phone } = withOnePhone();
    const other = { ...sealingKey, [member]: coordinate("z") };

    expect(registered(owner, phone, { ...registration, sealingKey: other }, START)).toEqual({
      refused: { reason: "device-conflict" },
    });
  });

  it("is refused with a token that another phone has used: a stolen token brings no phone of a thief's", () => {
    const owner = { ...off, devices: [phone("a", { tokens: [coordinate("s"), registration.tokenHash] })] };
    const { refused } = registered(owner, undefined, registration, START);
    expect(refused).toEqual({ reason: "token-used-elsewhere" });
    const { code, headers } = explain({ reason: "token-used-elsewhere" });
    expect({ code, headers }).toEqual({
      code: "token-used-elsewhere",
      headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
    });
    const another = { ...registration, tokenHash: coordinate("u") };
    expect(registered(owner, undefined, another, START).refused).toBeUndefined();
  });

  it("is refused with a token of a phone that was removed, unless it is that phone: it is back with its own", () => {
    const device = phone("a", { tokens: [registration.tokenHash] });
    const owner = { ...off, removed: [{ device, number: 9 }] };
    expect(registered(owner, undefined, registration, START).refused).toEqual({
      reason: "token-used-elsewhere",
    });
    const own = { ...off, removed: [{ device: { ...device, deviceId: registration.deviceId }, number: 9 }] };
    expect(registered(own, undefined, registration, START).refused).toBeUndefined();
  });

  it("repeats itself with the token that it has used", () => {
    const known = phone("d", { ...presented, tokens: [registration.tokenHash] });
    const verdict = registered({ ...off, devices: [known] }, known, registration, START);
    expect(verdict.refused).toBeUndefined();
  });

  it("is one of ten a day, of all the owner's phones together", () => {
    let owner: Owner = nobody;
    for (let number = 0; number < 10; number++) {
      const deviceId = String(number).padStart(43, "p");
      const verdict = registered(owner, undefined, { ...registration, deviceId }, START + number * HOUR);
      owner = (!verdict.refused && verdict.next) || expect.fail("refused");
    }
    const eleventh = registered(owner, undefined, registration, START + DAY - 1);
    expect(eleventh).toEqual({
      refused: { reason: "too-many-tries", of: "registrations", until: START + DAY },
    });
    expect(registered(owner, undefined, registration, START + DAY).refused).toBeUndefined();
    const [known] = owner.devices;
    expect(
      known && registered(owner, known, { ...registration, deviceId: known.deviceId }, START),
    ).toMatchObject({
      refused: undefined,
    });
  });
});

describe("one phone more than there are places", () => {
  const PLACES = 3;
  const register = (devices: readonly Device[], changes: Partial<Owner> = {}, now = START) =>
    registered({ ...on([1]), devices: [...devices], ...changes }, undefined, registration, now, PLACES);
  const displacedBy = (...given: Parameters<typeof register>) => {
    const verdict = register(...given);
    return verdict.refused ? verdict.refused : verdict.displaced?.deviceId.slice(0, 1);
  };
  const freesAt = (at: number) => ({ reason: "too-many-devices", limit: PLACES, freesAt: at });

  it("takes a free place where there is one: there are twenty", () => {
    expect(displacedBy([phone("a"), phone("b")])).toBeUndefined();
    const devices = Array.from({ length: MOST_DEVICES }, (_, at) =>
      phone("a", { deviceId: String(at).padStart(43, "p"), registered: 40 - at }),
    );
    const full = { ...off, devices };
    expect(MOST_DEVICES).toBe(20);
    expect(registered(full, undefined, registration, START)).toMatchObject({
      displaced: { deviceId: devices.at(-1)?.deviceId },
    });
    expect(registered({ ...off, devices: devices.slice(1) }, undefined, registration, START)).toMatchObject({
      displaced: undefined,
    });
  });

  it("takes that of the untrusted phone that registered first, by number and not by clock", () => {
    const devices = [
      trusted("a", 2),
      phone("b", { registered: 9, registeredAt: timeAt(-9 * DAY) }),
      phone("c", { registered: 8, registeredAt: timeAt(-2 * DAY) }),
    ];
    expect(displacedBy(devices)).toBe("c");
  });

  it("leaves an untrusted phone its place while a recovery lives on it", () => {
    const devices = [trusted("a", 2), phone("b", { registered: 8 }), phone("c", { registered: 9 })];
    expect(displacedBy(devices, { recoveries: [recovery("b", 50)] })).toBe("c");
    const over = recovery("b", 50, { expiresAt: timeAt(0) });
    expect(displacedBy(devices, { recoveries: [over] })).toBe("b");
  });

  it("finds none while live recoveries hold all that untrusted phones have, and is told when the first ends", () => {
    const devices = [trusted("a", 2), phone("b"), phone("c")];
    const recoveries = [
      release("b", 49, { expiresAt: timeAt(2 * DAY) }),
      recovery("b", 50, { expiresAt: timeAt(9 * DAY) }),
      recovery("c", 51, { expiresAt: timeAt(5 * DAY) }),
      recovery("a", 52, { expiresAt: timeAt(DAY) }),
    ];
    const refused = displacedBy(devices, { recoveries });
    expect(refused).toEqual(freesAt(START + 5 * DAY));
    // What waits stands still while it is frozen: 30 days longer.
    expect(displacedBy(devices, { recoveries, freeze })).toEqual(freesAt(START + 35 * DAY));
    const { code, members } = explain({ reason: "too-many-devices", limit: 20, freesAt: START + 5 * DAY });
    expect({ code, members }).toEqual({
      code: "too-many-devices",
      members: { limit: 20, freesAt: timeAt(5 * DAY) },
    });
  });

  it("takes, where all are trusted, that of the one whose last fresh sign-in is longest ago, if for 90 days", () => {
    const devices = [
      trusted("a", 2, { signedInAt: timeAt(-10 * DAY) }),
      trusted("b", 3, { signedInAt: timeAt(-90 * DAY) }),
      trusted("c", 4, { signedInAt: timeAt(-91 * DAY) }),
    ];
    expect(UNUSED).toBe(90 * DAY);
    expect(displacedBy(devices)).toBe("c");
    expect(displacedBy(devices.map((one) => ({ ...one, lastUploadAt: timeAt(0) })))).toBe("c");
    expect(displacedBy(devices, {}, START - DAY)).toBe("c");
    expect(displacedBy(devices, {}, START - DAY - 1)).toEqual(freesAt(START - DAY));
  });

  it("takes none of a trusted phone while there is an untrusted one, however long unused", () => {
    const devices = [trusted("a", 2, { signedInAt: timeAt(-400 * DAY) }), trusted("b", 3), phone("c")];
    expect(displacedBy(devices)).toBe("c");
  });

  it("waits no longer than 90 days for a phone that an instance ahead has dated", () => {
    const ahead = ["a", "b", "c"].map((letter, at) =>
      trusted(letter, at + 2, { signedInAt: timeAt(400 * DAY) }),
    );
    expect(displacedBy(ahead)).toEqual(freesAt(START + 90 * DAY));
  });
});
