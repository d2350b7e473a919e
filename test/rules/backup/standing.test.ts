import { describe, expect, it } from "vitest";
import { othersTrusted, refuseStanding, type Standing } from "../../../shared/backup/standing.ts";
import { refuseEnable } from "../../../shared/backup/states.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { deleted, off, on, phone, trusted } from "./owner.ts";

const REFUSED = { reason: "trust-required" };
const [asks, another] = [phone("a"), trusted("b", 2)];

/** States of the backup: on, off, turned off; alone, or beside a trusted phone. */
const STATES: readonly (readonly [string, Owner])[] = [
  ["on", { ...on([1]), devices: [asks] }],
  ["off", { ...off, devices: [asks] }],
  ["off, beside a trusted phone", { ...off, devices: [asks, another] }],
  ["deleted", { ...deleted, devices: [asks] }],
  ["deleted, beside a trusted phone", { ...deleted, devices: [asks, another] }],
];

describe("a phone that is only registered", () => {
  it.each<readonly [Standing, readonly string[]]>([
    ["registered", STATES.map(([state]) => state)],
    ["trusted", []],
    ["trusted-if-on", STATES.slice(1).map(([state]) => state)],
    ["trusted-if-any", ["off", "deleted"]],
  ])("may do what is for %s phones in no other states than these: %j", (standing, states) => {
    const allowed = STATES.filter(([, item]) => refuseStanding(item, asks, standing) === undefined);
    expect(allowed.map(([state]) => state)).toEqual(states);
    for (const [, item] of STATES) {
      expect([undefined, REFUSED]).toContainEqual(refuseStanding(item, asks, standing));
    }
  });

  it("can turn on what no trusted phone has turned off; else that is starting anew, told and waiting [H5]", () => {
    expect(STATES.map(([, item]) => refuseEnable(item, asks)?.reason)).toEqual([
      "backup-already-on",
      undefined,
      "start-anew-required",
      undefined,
      "start-anew-required",
    ]);
  });
});

describe("a trusted phone", () => {
  const self = trusted("a", 9);

  it.each<Standing>(["registered", "trusted", "trusted-if-on", "trusted-if-any"])(
    "may do what is for %s phones, in every state",
    (standing) => {
      for (const [, item] of STATES) expect(refuseStanding(item, self, standing)).toBeUndefined();
    },
  );

  it("turns on what is off, also beside others [B1]", () => {
    for (const [, item] of STATES.slice(1)) expect(refuseEnable(item, self)).toBeUndefined();
    expect(refuseEnable(on([1]), self)).toEqual({ reason: "backup-already-on" });
  });

  it("is none of its own others", () => {
    expect(othersTrusted({ devices: [self, phone("c")] }, self)).toBe(false);
    expect(othersTrusted({ devices: [self, another] }, self)).toBe(true);
  });
});
