import { describe, expect, it } from "vitest";
import { tellErased, tellOthers } from "../../../shared/acts/tell.ts";
import type { OwnerCall } from "../../../shared/http/endpoint.ts";
import { type Kept, noticeShape, noticeType } from "../../../shared/model/notice.ts";
import { NOTICE_TTL } from "../../../shared/store/items.ts";
import { system } from "../../../shared/system.ts";
import { phone, trusted } from "../backup/owner.ts";

const NOW = Date.parse("2026-11-22T08:00:00.000Z");
const RECOVERY = "r".repeat(22);

const [one, two, three] = [trusted("a", 2), phone("b"), phone("c")];

/** What a call by the first phone needs, to tell the others. */
const call = { services: { system }, device: one, now: NOW } as unknown as OwnerCall;

describe("telling the other phones", () => {
  it.each(noticeType.exclude(["erased"]).options)(
    "is one notice to all of them, trusted or not, of %s, with nothing but ids and names [H5]",
    (type) => {
      const [operation, ...more] = tellOthers(
        call,
        { devices: [one, two, three] },
        { type, recoveryId: RECOVERY },
      );
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
          dueAt: "2026-11-22T08:00:30.000Z",
          attempts: 0,
        },
      });
      const body = operation && "body" in operation ? operation.body : undefined;
      expect(noticeShape.parse(body)).toEqual(body);
      expect(body).not.toHaveProperty("contacts");
      expect(JSON.stringify(body)).not.toMatch(/sealingKey|"x"/);
    },
  );

  it("is to the contacts, too, also where there is no other phone [H5]", () => {
    const listed = (id: string) => ({
      id: id.repeat(22),
      kind: "email" as const,
      addedAt: "2026-11-01T08:00:00.000Z",
      by: one.deviceId,
    });
    const confirmed = { ...listed("c"), confirmedAt: "2026-11-02T08:00:00.000Z" };
    const owner = { devices: [one], contacts: [listed("u"), confirmed] };
    const [operation] = tellOthers(call, owner, { type: "exported" });
    expect(operation).toMatchObject({ body: { to: [], contacts: [confirmed.id] } });
  });

  it("of an erasure holds where they are reached, encrypted, and no name; for a day, at most [H7]", () => {
    const sealed = { serviceKey: "s".repeat(22), value: "v".repeat(40) };
    const token = { platform: "fcm", environment: "production", token: sealed, language: "sv" } as const;
    const address = { kind: "phone", address: sealed, language: "ja" } as const;
    const kept = new Map<string, Kept>([
      [two.deviceId, token],
      ["c".repeat(22), address],
    ]);
    const others = { to: [two.deviceId, three.deviceId], contacts: ["c".repeat(22), "x".repeat(22)] };
    const [operation, ...more] = tellErased(call, others, kept);
    expect(more).toEqual([]);
    expect(operation).toEqual({
      kind: "create",
      id: expect.stringMatching(/^notice:erasure-[\w-]{22}$/),
      ttl: 24 * 60 * 60,
      body: {
        schema: 1,
        at: "2026-11-22T08:00:00.000Z",
        type: "erased",
        to: [two.deviceId],
        contacts: ["c".repeat(22)],
        kept: { [two.deviceId]: token, ["c".repeat(22)]: address },
        dueAt: "2026-11-22T08:00:30.000Z",
        attempts: 0,
      },
    });
    expect(noticeShape.parse(operation && "body" in operation && operation.body)).toBeDefined();
    // Nobody can be reached: nothing would ever be sent.
    expect(tellErased(call, others, new Map())).toEqual([]);
  });

  it("is empty if there is no other phone, or none is left [H5]", () => {
    for (const devices of [[one], []]) {
      expect(tellOthers(call, { devices }, { type: "freeze-lifted" })).toEqual([]);
    }
  });

  it("gives each notice a place of its own: two at the same time are two [H5]", () => {
    const ids = [1, 2]
      .flatMap(() => tellOthers(call, { devices: [one, two] }, { type: "freeze-lifted" }))
      .map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^notice:[\w-]{22}$/);
  });

  it("is kept as long as a recovery can be denied: 14 days [H5]", () => {
    expect(NOTICE_TTL).toBe(14 * 24 * 60 * 60);
  });
});
