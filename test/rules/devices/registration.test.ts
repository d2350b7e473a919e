import { describe, expect, it } from "vitest";
import { newOwner, registered } from "../../../shared/devices/registration.ts";
import { type Device, MOST_DEVICES } from "../../../shared/model/device.ts";

const NOW = Date.UTC(2026, 0, 5, 9);
const coordinate = (letter: string) => `${letter.repeat(42)}A`;
const sealingKey = { kty: "EC", crv: "P-256", x: coordinate("x"), y: coordinate("y") } as const;
const registration = {
  deviceId: coordinate("d"),
  name: "Old phone",
  platform: "android",
  sealingKey,
} as const;
const nobody = newOwner(NOW);

/** An owner who has registered one phone, and the phone as it was stored. */
function withOnePhone() {
  const verdict = registered(nobody, undefined, registration, NOW);
  if (verdict.refused || !verdict.next) throw new Error("the first phone was not registered");
  return { owner: verdict.next, phone: verdict.device };
}

describe("a phone that registers", () => {
  it("holds no backup and waits for no sign-in when it is new", () => {
    const { owner, phone } = withOnePhone();

    expect(phone).toEqual({
      ...registration,
      registeredAt: new Date(NOW).toISOString(),
      holdsBackup: false,
      awaitsSignIn: false,
    });
    expect(owner).toEqual({ ...nobody, devices: [phone] });
  });

  it("changes nothing when it repeats itself", () => {
    const { owner, phone } = withOnePhone();

    expect(registered(owner, phone, registration, NOW + 1)).toEqual({
      refused: undefined,
      device: phone,
      next: undefined,
    });
  });

  it("takes a new name and keeps the rest, when it was registered included", () => {
    const { owner, phone } = withOnePhone();
    const renamed = { ...phone, name: "Kitchen phone" };

    expect(registered(owner, phone, { ...registration, name: renamed.name }, NOW + 1)).toEqual({
      refused: undefined,
      device: renamed,
      next: { ...owner, devices: [renamed] },
    });
  });

  it("is refused under another platform", () => {
    const { owner, phone } = withOnePhone();

    expect(registered(owner, phone, { ...registration, platform: "ios" }, NOW)).toEqual({
      refused: { reason: "client-platform-changed" },
    });
  });

  it.each(["x", "y"] as const)("is refused with a sealing key that differs in %s alone", (member) => {
    const { owner, phone } = withOnePhone();
    const other = { ...sealingKey, [member]: coordinate("z") };

    expect(registered(owner, phone, { ...registration, sealingKey: other }, NOW)).toEqual({
      refused: { reason: "device-conflict" },
    });
  });

  it("is refused when it is one too many, and a phone of the full list may still take a name", () => {
    const devices = Array.from(
      { length: MOST_DEVICES },
      (_, index): Device => ({ ...withOnePhone().phone, deviceId: `${coordinate("d")}${index}` }),
    );
    const full = { ...nobody, devices };
    const [first] = devices;
    if (!first) throw new Error("no phone in the list");

    expect(registered(full, undefined, registration, NOW)).toEqual({
      refused: { reason: "too-many-devices", limit: MOST_DEVICES },
    });
    const { deviceId } = first;
    expect(registered(full, first, { ...registration, deviceId, name: "Mine" }, NOW)).toMatchObject({
      device: { deviceId, name: "Mine" },
      next: { devices: expect.arrayContaining([{ ...first, name: "Mine" }, ...devices.slice(1)]) },
    });
  });
});
