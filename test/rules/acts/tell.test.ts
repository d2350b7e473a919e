import { describe, expect, it } from "vitest";
import { tellOthers } from "../../../shared/acts/tell.ts";
import type { OwnerCall } from "../../../shared/http/endpoint.ts";
import type { Device } from "../../../shared/model/device.ts";
import { noticeShape, noticeType } from "../../../shared/model/notice.ts";
import { NOTICE_TTL } from "../../../shared/store/items.ts";
import { system } from "../../../shared/system.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const RECOVERY = "r".repeat(22);

function phone(name: string): Device {
  return {
    deviceId: name.repeat(43),
    name: `Phone ${name}`,
    platform: "android",
    sealingKey: { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) },
    registeredAt: "2026-11-21T08:00:00.000Z",
    holdsBackup: true,
    awaitsSignIn: false,
  };
}

const [one, two, three] = ["a", "b", "c"].map(phone) as [Device, Device, Device];

/** What a call by the first phone needs, to tell the others. */
const call = { services: { system }, device: one, now: NOW } as unknown as OwnerCall;

describe("telling the other phones", () => {
  it.each(noticeType.options)(
    "is one notice to all of them, of %s, with nothing but ids and names [H5]",
    (type) => {
      const [operation, ...more] = tellOthers(call, [one, two, three], { type, recoveryId: RECOVERY });
      expect(more).toEqual([]);
      expect(operation).toMatchObject({
        kind: "create",
        ttl: NOTICE_TTL,
        body: {
          schema: 1,
          at: "2026-11-22T08:00:00.000Z",
          type,
          recoveryId: RECOVERY,
          device: { deviceId: one.deviceId, name: "Phone a", platform: "android" },
          to: [two.deviceId, three.deviceId],
        },
      });
      const body = operation && "body" in operation ? operation.body : undefined;
      expect(noticeShape.parse(body)).toEqual(body);
      expect(JSON.stringify(body)).not.toMatch(/sealingKey|"x"/);
    },
  );

  it("is empty if there is no other phone, or none is left [H5]", () => {
    for (const devices of [[one], []]) {
      expect(tellOthers(call, devices, { type: "freeze-lifted" })).toEqual([]);
    }
  });

  it("gives each notice a place of its own: two at the same time are two [H5]", () => {
    const ids = [1, 2]
      .flatMap(() => tellOthers(call, [one, two], { type: "freeze-lifted" }))
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^notice:[\w-]{22}$/);
  });

  it("is kept as long as a recovery can be denied: 14 days [H5]", () => {
    expect(NOTICE_TTL).toBe(14 * 24 * 60 * 60);
  });
});
