import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCommandLine, UsageError } from "../../../local/phone/cli/commandLine.ts";
import { OPTIONS } from "../../../local/phone/cli/options.ts";

const dashed = "-bcdefghijklmnopqrstuv";
const twiceDashed = "--cdefghijklmnopqrstuv";

/** Ids of recoveries and of phones, which begin with the bytes of `first` if that is given. */
function ids(first?: readonly number[]) {
  return fc
    .constantFrom(16, 32)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    .map((bytes) => Buffer.from([...(first ?? []), ...bytes].slice(0, bytes.length)).toString("base64url"));
}

describe("an id at the command line", () => {
  it.each(["deny", "revoke", "approve", "open", "cancel"])(
    "is an operand of %s however it begins",
    (command) => {
      // In base64url 0xfb begins with "-", 0xfbe with "--".
      const id = fc.oneof(ids(), ids([0xfb]), ids([0xfb, 0xef]));
      const before = fc.constantFrom([], ["--phone", "second"], ["--verify"]);
      const between = fc.constantFrom([], ["--owner", "bob"], ["--"]);
      fc.assert(
        fc.property(id, before, between, (operand, ...[first, second]) => {
          const { operands, ...line } = parseCommandLine([...first, command, ...second, operand]);
          expect({ command: line.command, operands }).toEqual({ command, operands: [operand] });
        }),
      );
    },
  );

  it("is an operand before an option, too", () => {
    expect(parseCommandLine(["deny", twiceDashed, "--phone", "second"])).toMatchObject({
      operands: [twiceDashed],
      phone: "second",
    });
  });

  it.each([
    ["--phone", dashed],
    ["--out", twiceDashed],
  ])("is not taken for the value of %s", (...args) => {
    expect(() => parseCommandLine(["deny", ...args])).toThrow(UsageError);
  });

  it("may be the value of an option that it is joined to", () => {
    expect(parseCommandLine(["recover", `--out=${dashed}`])).toMatchObject({ out: dashed, operands: [] });
  });

  it("is never as long as an option", () => {
    const options = Object.keys(OPTIONS).map((name) => `--${name}`);
    expect(options).toContain("--without-icloud");
    expect(options.filter((option) => [22, 43].includes(option.length))).toEqual([]);
  });

  it.each(["-b", "--bcd", dashed.slice(1).replace("b", "-"), `${dashed}w`])("is not %j", (text) => {
    expect(() => parseCommandLine(["deny", text])).toThrow(UsageError);
  });
});
