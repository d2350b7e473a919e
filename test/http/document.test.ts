import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { isForPhones } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { eventType } from "../../shared/model/event.ts";

const document = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

const requestOf = ({ method, route }: { method: string; route: string }) =>
  `${method} /${ROUTE_PREFIX}/${route}`;

describe("docs/protocol.md", () => {
  it("lists every request that the service takes, once, and no other", () => {
    const [, section = ""] = document.split("\n## 12. The requests\n");
    const [table = ""] = section.split("\n###");
    const listed = Array.from(table.matchAll(/`([A-Z]+ \/\S+)`/g), ([, request]) => request);
    const served = endpoints.map(({ declaration }) => requestOf(declaration));
    expect(listed.toSorted()).toEqual(served.toSorted());
  });

  it("says in the heading of each whether it needs a fresh sign-in, and an Idempotency-Key", () => {
    const headings = Array.from(document.matchAll(/^### .+$/gm), ([heading]) => heading);
    const ofPhones = endpoints.filter(isForPhones);
    for (const { access, declaration } of ofPhones) {
      const request = requestOf(declaration);
      const own = headings.filter((heading) => heading.replace(/\?[^`]*/, "").includes(`\`${request}\` (`));
      const told = (what: string) => own.some((heading) => heading.includes(what));
      if (access.stepUp !== "by-guards") {
        expect.soft(told("step-up"), request).toBe(access.stepUp === "needed");
      }
      expect.soft(told("`Idempotency-Key`"), request).toBe(access.idempotencyKey === "needed");
    }
  });

  it("names every type of event that the record can hold [H6]", () => {
    const [, row = ""] = /^\| `type` \| (.+) \|$/m.exec(document.split("\n## 13.")[1] ?? "") ?? [];
    expect(eventType.options.filter((type) => !row.includes(`\`${type}\``))).toEqual([]);
  });
});
