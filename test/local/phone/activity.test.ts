import { describe, expect, it } from "vitest";
import { readActivity } from "../../../local/phone/acts/activity.ts";
import type { Activity } from "../../../local/phone/protocol/event.ts";
import { verifyActivity } from "../../../local/phone/protocol/verifyActivity.ts";
import { problem } from "./support/answering.ts";
import { readVectors } from "./support/vectors.ts";

const [whole] = readVectors<{ intact: [Activity] }>("activity").intact;

/** The pages that the service answers, one after another. */
async function readFrom(...pages: (object | Response)[]) {
  const paths: string[] = [];
  const result = await readActivity({
    act: async ({ path }) => {
      paths.push(path);
      const page = pages.shift();
      const response = page instanceof Response ? page : Response.json(page);
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
  });
  return { result, paths };
}

describe("a phone that reads the record", () => {
  const { head, events } = whole;

  it("reads every page, even an empty one [H6]", async () => {
    const { result, paths } = await readFrom(
      { head, events: events.slice(0, 3), next: "1" },
      { head, events: [], next: "0" },
      { head, events: events.slice(3) },
    );
    expect(paths).toEqual(["/v1/activity", "/v1/activity?page=1", "/v1/activity?page=0"]);
    expect(result).toMatchObject({ ok: true, body: { head, events } });
  });

  it("leaves out what happened while it read, which the head does not cover [H6]", async () => {
    const earlier = { number: 6, hash: events[1]?.hash };
    const { result } = await readFrom({ head: earlier, events });
    if (!result.ok) return expect.fail("the record was read");
    expect(result.body.events).toHaveLength(6);
    expect(verifyActivity(result.body.events, result.body.head)).toEqual({ intact: true, from: 1 });
  });

  it("gives the problem if a page is refused [G2]", async () => {
    const refusal = problem(503, { code: "store-unavailable", retryable: true });
    const { result } = await readFrom({ head, events: events.slice(0, 3), next: "0" }, refusal);
    expect(result).toMatchObject({ ok: false, problem: { code: "store-unavailable" } });
  });
});
