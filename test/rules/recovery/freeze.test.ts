import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import type { Freeze } from "../../../shared/model/freeze.ts";
import { frozenAgain, isAsOld, mayLift } from "../../../shared/recovery/freeze.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

/** Phones by the second in which they were registered, two in one second among them. */
const PHONES = [0, 10, 10, 20, 30].map((registered, place) => ({
  deviceId: String(place).repeat(43),
  name: `Phone ${place}`,
  platform: "android" as const,
  registeredAt: at(registered),
}));
type Phone = (typeof PHONES)[number];

function deniedBy({ deviceId, name, platform, registeredAt }: Phone, second = 100): Freeze {
  return { at: at(second), device: { deviceId, name, platform }, registeredBy: registeredAt };
}

const phone = fc.constantFrom(...PHONES);

describe("a phone", () => {
  it("is as old as another that was registered in the same millisecond or later [H5] [H10]", () => {
    expect(isAsOld({ registeredAt: at(10) }, at(10))).toBe(true);
    expect(isAsOld({ registeredAt: at(10) }, at(10.001))).toBe(true);
    expect(isAsOld({ registeredAt: at(10.001) }, at(10))).toBe(false);
  });

  it("lifts a freeze that it denied, or as an older one that has the backup, and never else [H5]", () => {
    fc.assert(
      fc.property(phone, phone, fc.boolean(), (denier, asks, holdsBackup) => {
        const older =
          PHONES.indexOf(asks) <= PHONES.indexOf(denier) || asks.registeredAt === denier.registeredAt;
        const may = asks === denier || (holdsBackup && older);
        expect(mayLift(deniedBy(denier), { ...asks, holdsBackup })).toBe(may);
      }),
    );
  });
});

describe("a freeze after several denials", () => {
  it("is one that no phone may lift which any of them keeps from it, in whatever order they came [H5]", () => {
    fc.assert(
      fc.property(fc.array(phone, { minLength: 1, maxLength: 6 }), phone, (deniers, asks) => {
        const freezes = deniers.map((denier, place) => deniedBy(denier, 100 + place));
        const left = freezes.reduce<Freeze | undefined>(frozenAgain, undefined);
        if (!left) return expect.fail();
        expect(freezes).toContainEqual(left);
        const oldest = Math.min(...freezes.map(({ registeredBy }) => Date.parse(registeredBy)));
        expect(Date.parse(left.registeredBy)).toBe(oldest);
        if (!mayLift(left, { ...asks, holdsBackup: true })) return;
        for (const freeze of freezes) expect(mayLift(freeze, { ...asks, holdsBackup: true })).toBe(true);
      }),
    );
  });

  it("tells of the first of two phones that are equally old [H5]", () => {
    const [, first, second] = PHONES as [Phone, Phone, Phone, ...Phone[]];
    expect(frozenAgain(deniedBy(first), deniedBy(second))).toEqual(deniedBy(first));
    expect(frozenAgain(undefined, deniedBy(second))).toEqual(deniedBy(second));
  });
});

it("a frozen backup is told with when, and the name of the phone that denied, not its id [H5]", () => {
  const [denier] = PHONES as [Phone, ...Phone[]];
  const { code, members } = explain({ reason: "backup-frozen", freeze: deniedBy(denier) });
  expect(code).toBe("backup-frozen");
  expect(members).toEqual({ frozenAt: at(100), device: { name: "Phone 0", platform: "android" } });
});
