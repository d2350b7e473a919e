import { describe, expect, it } from "vitest";
import { tellOthers } from "../../../shared/acts/tell.ts";
import type { OwnerCall } from "../../../shared/http/endpoint.ts";
import { noticeShape, noticeType } from "../../../shared/model/notice.ts";
import { NOTICE_TTL } from "../../../shared/store/items.ts";
import { system } from "../../../shared/system.ts";
import { phone, trusted } from "../backup/owner.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const RECOVERY = "r".repeat(22);

const [one, two, three] = [trusted("a", 2), phone("b"), phone("c")];

/** What a call by the first phone needs, to tell the others. */
const call = { services: { system }, device: one, now: NOW } as unknown as OwnerCall;

describe("telling the other phones", () => {
  it.each(noticeType.options)(
    "is one notice to all of them, trusted or not, of %s, with nothing but ids and names [H5]",
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
