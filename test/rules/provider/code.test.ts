import { expect, it } from "vitest";
import { newActivationCode, qrOf } from "../../../shared/provider/code.ts";

/** Randomness that gives these numbers, one after the other. */
function numbers(...given: number[]) {
  return {
    random: (size: number) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntBE(given.shift() ?? expect.fail("asked once more"), 0, size);
      return bytes;
    },
  };
}

it.each([
  [0, "000000000000"],
  [42, "000000000042"],
  [999_999_999_999, "999999999999"],
])("an activation code is the number that was drawn: %i", (number, code) => {
  expect(newActivationCode(numbers(number))).toBe(code);
});

it("an activation code is drawn again where the number is beyond the last one, so that none is likelier", () => {
  expect(newActivationCode(numbers(1_000_000_000_000, 2 ** 40 - 1, 7))).toBe("000000000007");
});

it("an activation's QR code holds its code behind the #, where no server sees it", () => {
  const qr = qrOf("https://backup.example", "123456789012");
  expect(qr).toBe("https://backup.example/activate#1.123456789012");
  expect(new URL(qr)).toMatchObject({ pathname: "/activate", search: "", hash: "#1.123456789012" });
});
