import { describe, expect, it } from "vitest";
import { chained, type Happening, hashOf } from "../../../shared/activity/events.ts";
import { type Event, eventShape, eventType, head, NOTHING } from "../../../shared/model/event.ts";
import { EVENT_TTL } from "../../../shared/store/items.ts";

const happening = {
  at: "2026-11-22T08:00:00.000Z",
  type: "backup-uploaded",
  device: { deviceId: "d".repeat(43), name: "Pixel", platform: "android" },
  details: { version: 3 },
} as const satisfies Happening;

describe("the record", () => {
  it("begins with event 1, before which there is nothing [H6]", () => {
    const first = { number: 1, ...happening, previous: "" };
    expect(chained(NOTHING, happening)).toEqual({ schema: 1, ...first, hash: hashOf(first) });
    expect(head.parse(NOTHING)).toEqual({ number: 0, hash: "" });
  });

  it("goes on with the next number and the hash of the event before [H6]", () => {
    const first = chained(NOTHING, happening);
    const second = chained(first, { ...happening, type: "backup-deleted", details: {} });
    expect(second).toMatchObject({ number: 2, type: "backup-deleted", previous: first.hash });
  });

  it("is kept for a year and a month", () => {
    expect(EVENT_TTL).toBe(34_560_000);
  });
});

describe("an event", () => {
  const event: Event = chained(NOTHING, happening);

  it.each([
    "device-registered",
    "device-renamed",
    "device-revoked",
    "backup-enabled",
    "backup-uploaded",
    "backup-refused",
    "backup-refreshed",
    "backup-deleted",
    "version-restored",
    "policy-changed",
    "recovery-key-set",
    "recovery-key-removed",
    "recovery-begun",
    "recovery-refused",
    "recovery-approved",
    "recovery-released",
    "recovery-cancelled",
    "recovery-denied",
    "freeze-lifted",
    "tries-exhausted",
  ])("may be of the type %s", (type) => {
    expect(eventShape.parse({ ...event, type })).toEqual({ ...event, type });
  });

  it.each([{ type: "" }, { details: { account: "alice@example.com" } }, { schema: 2 }, { note: "" }])(
    "has nothing like %j",
    (change) => {
      expect(eventShape.safeParse({ ...event, ...change }).success).toBe(false);
    },
  );

  it("has another hash for each thing it says [H6]", () => {
    const { device, details } = happening;
    const { device: _, ...ofNoPhone } = event;
    const said = [
      event,
      { ...event, number: 2 },
      { ...event, at: "2026-11-22T08:00:00.001Z" },
      ...eventType.exclude(["backup-uploaded"]).options.map((type) => ({ ...event, type })),
      { ...event, device: { ...device, deviceId: "e".repeat(43) } },
      { ...event, device: { ...device, name: "Pixel 6" } },
      { ...event, device: { ...device, platform: "ios" as const } },
      ofNoPhone,
      { ...event, details: {} },
      { ...event, details: { ...details, code: "sharp-drop" } },
      { ...event, details: { ...details, deviceId: "d".repeat(43) } },
      { ...event, details: { ...details, recoveryId: "sharp-drop" } },
      { ...event, previous: "p".repeat(43) },
    ];
    expect(new Set(said.map((event) => hashOf(event))).size).toBe(said.length);
  });
});
