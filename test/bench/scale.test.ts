import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { measureCost } from "../../bench/cost.ts";
import { document } from "../../scripts/scale/document.ts";
import { draw } from "../../scripts/scale/draw.ts";
import { BACKUPS, crossing, rowOf, rowWithBlobs } from "../../scripts/scale/model.ts";

const read = (file: string) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");

describe("docs/scale.md", () => {
  it("is what `npm run scale` writes, and so is its drawing", () => {
    expect(read("scale.md")).toBe(document());
    expect(read("scale.svg")).toBe(draw());
  });

  it.each(BACKUPS)(
    "rests on what an operation costs: $accounts accounts",
    { timeout: 120_000 },
    async (backup) => {
      const { costs, held } = await measureCost([backup.accounts]);
      const costOf = (operation: string) => {
        const cost = costs.find((each) => each.operation === operation) ?? expect.fail(operation);
        return cost.request + cost.later;
      };
      const close = (measured: number | undefined, written: number) =>
        expect(Math.abs((measured ?? Number.NaN) / written - 1)).toBeLessThan(0.02);
      close(costOf("upload, one a day"), backup.upload);
      close(costOf("status"), backup.status);
      close(costOf("recover"), backup.recovery);
      expect(held[0]?.versions).toBe(backup.versions);
      close(held[0]?.ownerBytes, backup.ownerBytes);
      close(held[0]?.keptBytes, backup.bytes);
    },
  );

  it("marks where blobs become cheaper, and not where they never do", () => {
    for (const backup of BACKUPS) {
      const from = crossing(backup);
      const isDearer = (owners: number) =>
        rowWithBlobs(backup, owners).dollars >= rowOf(backup, owners).dollars;
      if (from === undefined) expect(isDearer(1e8)).toBe(true);
      else expect([isDearer(from * 0.9), isDearer(from)]).toEqual([true, false]);
      const marks = draw().includes("blobs are cheaper from");
      expect(marks).toBe(BACKUPS.some((each) => crossing(each) !== undefined));
    }
  });
});
