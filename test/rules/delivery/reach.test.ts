import { describe, expect, it } from "vitest";
import { isPush, mayReach } from "../../../shared/delivery/reach.ts";
import { newOwner } from "../../../shared/devices/registration.ts";
import type { ListedContact } from "../../../shared/model/contact.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { timestampOf } from "../../../shared/words.ts";
import { phone, trusted } from "../backup/owner.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;
const [here, gone, other] = [trusted("a", 2), phone("b"), phone("e")];
const CONTACT = "c".repeat(22);

const contact = (more: Partial<ListedContact> = {}): ListedContact => ({
  id: CONTACT,
  kind: "email",
  addedAt: timestampOf(NOW - 30 * DAY),
  by: here.deviceId,
  confirmedAt: timestampOf(NOW - 30 * DAY),
  ...more,
});

const notice = (more: Partial<Notice> = {}): Notice => ({
  schema: 1,
  at: timestampOf(NOW),
  type: "exported",
  to: [here.deviceId, gone.deviceId],
  contacts: [CONTACT],
  ...more,
});

const owner = (contacts: ListedContact[] = []): Owner => ({
  ...newOwner(NOW),
  devices: [here, other],
  contacts,
});

const reached = (told: Notice, of: Owner | undefined) =>
  [here.deviceId, gone.deviceId, CONTACT].filter((target) => mayReach(told, target, of, NOW));

it("a token is a phone's, an address a contact's", () => {
  const sealed = { serviceKey: "s".repeat(22), value: "v".repeat(40) };
  expect(isPush({ platform: "apns", environment: "sandbox", token: sealed, language: "en" })).toBe(true);
  expect(isPush({ kind: "phone", address: sealed, language: "en" })).toBe(false);
});

describe("who may be sent to", () => {
  it("is a phone that is registered: one that was revoked since gets nothing more [I1]", () => {
    expect(reached(notice(), owner())).toEqual([here.deviceId]);
  });

  it.each(["device-revoked", "device-displaced"] as const)(
    "is the phone that was removed, of that alone: %s [H5]",
    (type) => {
      const of = (deviceId: string) => reached(notice({ type, deviceId }), owner());
      expect(of(gone.deviceId)).toEqual([here.deviceId, gone.deviceId]);
      expect(of("x".repeat(43))).toEqual([here.deviceId]);
      expect(reached(notice({ type: "recovery-denied", deviceId: gone.deviceId }), owner())).toEqual([
        here.deviceId,
      ]);
    },
  );

  it.each([
    ["confirmed", contact(), true],
    [
      "removed 7 days ago, less a moment",
      contact({ removed: { at: timestampOf(NOW - 7 * DAY + 1), by: gone.deviceId } }),
      true,
    ],
    [
      "removed 7 days ago",
      contact({ removed: { at: timestampOf(NOW - 7 * DAY), by: gone.deviceId } }),
      false,
    ],
    ["of another id", contact({ id: "x".repeat(22) }), false],
  ])("is a contact that is told: %s [E14]", (_, listed, is) => {
    expect(reached(notice({ to: [] }), owner([listed]))).toEqual(is ? [CONTACT] : []);
  });

  it("is not a contact without its code, nor one that a denial took away [E14]", () => {
    const { confirmedAt: _, ...unconfirmed } = contact();
    expect(reached(notice({ to: [] }), owner([unconfirmed]))).toEqual([]);
    expect(reached(notice({ to: [] }), owner())).toEqual([]);
  });

  it("is nobody of an erased owner, but for those that the notice of it has kept [H7]", () => {
    expect(reached(notice(), undefined)).toEqual([]);
    const sealed = { serviceKey: "s".repeat(22), value: "v".repeat(40) };
    const kept = { [CONTACT]: { kind: "email", address: sealed, language: "sv" } } as const;
    expect(reached(notice({ type: "erased", kept }), undefined)).toEqual([CONTACT]);
    // Who has begun anew since is another owner.
    expect(reached(notice({ type: "erased", kept, to: [] }), owner())).toEqual([CONTACT]);
  });
});
