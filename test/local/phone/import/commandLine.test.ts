import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openTerminal } from "../support/terminal.ts";

const EXPORT = [
  "otpauth://totp/Northwind:alice?secret=gezd%20gnbv%20gy3t%20qojq%20gezd%20gnbv%20gy3t%20qojq&digits=8",
  "otpauth://hotp/Fabrikam:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=3",
  "otpauth://steam/Steam:alice?secret=63BEDWCQZKTQWPESARIERL5DTTQFCJTK",
  "otpauth://motp/Old:alice?secret=GEZDGNBVGY3TQOJQ",
].join("\n");

it("backs up what another app exported, names what does not fit, and shows the same codes on a new phone [C8] [D8]", async () => {
  const { printed, told, directory } = await openTerminal();
  const [file, recovered] = [join(directory, "export.txt"), join(directory, "recovered.json")];
  await writeFile(file, EXPORT);
  await printed("turn-on");
  expect(await printed("upload", file)).toMatch(
    /^Version 1: 3 accounts, .*\nLeft out, 1:\n {2}Old \(alice\): codes of its kind are not kept\.$/,
  );
  expect(await printed("status")).toContain("1 left out");
  await printed("recover", "--phone", "second", "--out", recovered);
  const [codes, there] = [await printed("codes", file), await printed("codes", recovered)];
  expect(codes.split("\n").slice(0, 4)).toEqual(there.split("\n").slice(0, 4));
  expect(codes).toMatch(/Fabrikam +alice +969429 +counter 3/);

  await writeFile(file, "nothing of the kind");
  expect(await told("upload", file)).toContain("neither JSON nor otpauth addresses");
});
