import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";

it("is listed in docs/protocol.md: every request that the service takes, once, and no other", async () => {
  const document = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const [, section = ""] = document.split("\n## 12. The requests\n");
  const [table = ""] = section.split("\n###");
  const listed = Array.from(table.matchAll(/`([A-Z]+ \/\S+)`/g), ([, request]) => request);
  const served = endpoints.map(({ declaration: { method, route } }) => `${method} /${ROUTE_PREFIX}/${route}`);
  expect(listed.toSorted()).toEqual(served.toSorted());
});
