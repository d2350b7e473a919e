import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { attempted, claimed, parkedUntil } from "../../../shared/delivery/schedule.ts";
import type { Notice, Outcome } from "../../../shared/model/notice.ts";
import { timestampOf } from "../../../shared/words.ts";

const document = readFileSync(new URL("../../../docs/delivery.md", import.meta.url), "utf8");

const AT = Date.parse("2026-11-22T08:00:00.000Z");
const DAY = 24 * 60 * 60 * 1000;
const PHONE = "p".repeat(43);

const committed = (more: Partial<Notice> = {}): Notice => ({
  schema: 1,
  at: timestampOf(AT),
  type: "exported",
  to: [PHONE],
  dueAt: timestampOf(AT + 30_000),
  attempts: 0,
  ...more,
});

const all = new Map<string, Outcome>([[PHONE, "sent"]]);
const none = new Map<string, Outcome>();

function stateOf(notice: Notice | undefined): string {
  if (!notice) return "dead";
  if (notice.dueAt !== undefined) return "due";
  return Object.values(notice.outcomes ?? {}).includes("dead") ? "dead" : "done";
}

describe("docs/delivery.md", () => {
  it("draws the life of a notice as the rules have it [I1]", () => {
    const taken = (attempts: number) => claimed(committed({ attempts }), AT);
    const is = (attempts: number, made: typeof all, now = AT) =>
      stateOf(attempted(taken(attempts) ?? expect.fail(), made, { now }));
    const ruled = [
      ["[*]", "due"],
      ["due", stateOf(attempted(committed(), all, { now: AT }))],
      ["due", stateOf(attempted(committed(), none, { now: AT }))],
      ["due", taken(0)?.attempts === 1 ? "claimed" : "due"],
      ["due", stateOf(taken(10))],
      ["claimed", is(0, all)],
      ["claimed", is(0, none)],
      ["claimed", is(9, none)],
      ["claimed", is(0, none, AT + 14 * DAY)],
      // Nobody marked it: it is claimed, and due when that is over.
      ["claimed", claimed(taken(0) ?? expect.fail(), AT)?.attempts === 2 ? "claimed" : "dead"],
      ["due", "parked"],
      ["parked", parkedUntil(AT) > timestampOf(AT) ? "due" : "parked"],
      ["done", "[*]"],
      ["dead", "[*]"],
    ].map((edge) => edge.join(" --> "));
    const drawn = [...document.matchAll(/^ {2}(\S+ --> \S+)/gm)].map(([, edge = ""]) => edge);
    expect(drawn.toSorted()).toEqual([...new Set(ruled)].toSorted());
  });

  it.each([
    ["pauses", /(1, 2, 4, 8, 15), then 30 minutes/],
    ["the seconds until a sweep", /`dueAt` in 30 seconds/],
    ["the seconds of a claim", /`dueAt` in 60 seconds/],
  ])("tells the times that the rules have: %s", (_, pattern) => {
    expect(document).toMatch(pattern);
  });
});
