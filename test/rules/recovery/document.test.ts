import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { transitions } from "../../../shared/recovery/states.ts";

/** Acts in the diagram that no phone does to a recovery that is there. */
const NO_ACTS = ["preview", "last account verified", "14 days"];

it("is drawn in docs/trust.md as the rules have it [H4]", async () => {
  const document = await readFile(new URL("../../../docs/trust.md", import.meta.url), "utf8");
  const drawn = Array.from(document.matchAll(/^ {2}(\w+) --> (\w+) : (.+)$/gm))
    .flatMap(([, from, to, acts = ""]) => acts.split(", ").map((act) => `${from} ${act} ${to}`))
    .filter((line) => !line.startsWith("previewed") && !NO_ACTS.some((act) => line.includes(` ${act} `)));
  const ruled = Object.entries(transitions).flatMap(([from, acts]) =>
    Object.entries(acts)
      .filter(([, to]) => to !== from || from === "waiting" || from === "released")
      .map(([act, to]) => `${from} ${act} ${to}`),
  );
  expect(drawn.toSorted()).toEqual(ruled.toSorted());
});
