import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LIMITS } from "../../../shared/limits/tries.ts";

const HOUR = 60 * 60 * 1000;

it("are those of docs/protocol.md: how many tries of what a phone and an owner have, and within which time", () => {
  const document = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
  const section = document.split("\n### Limits\n")[1]?.split("\n###")[0] ?? "";
  const rows = section.matchAll(/^\| `([\w-]+)` \|.+\| (\d+) \| (\d+) \| (\d+) hours? \|$/gm);
  const listed = Array.from(rows, ([, of = "", perPhone, perOwner, hours]) => [
    of,
    { perPhone: Number(perPhone), perOwner: Number(perOwner), window: Number(hours) * HOUR },
  ]);
  const counted = Object.entries(LIMITS).map(([of, { perPhone, perOwner, window }]) => [
    of,
    { perPhone, perOwner, window },
  ]);
  expect(listed).toEqual(counted);
});
