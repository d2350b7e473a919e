import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { configurationPage, sampleSettings } from "../../../scripts/settings.ts";

it.each([
  ["docs/configuration.md", configurationPage],
  ["local.settings.sample.json", sampleSettings],
])("%s says what the settings are; `npm run settings` makes it again", async (file, make) => {
  expect(await readFile(new URL(`../../../${file}`, import.meta.url), "utf8")).toBe(make());
});
