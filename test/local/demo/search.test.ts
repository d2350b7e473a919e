import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countFound } from "../../../local/demo/search.ts";

const NAME = "älice+shop@example.com";

describe("the search for what the service must not know", () => {
  it("finds a text among other bytes", () => {
    expect(countFound(Buffer.from(`\0\xff{"userName":"${NAME}"}`), [NAME])).toBe(1);
  });

  it.each(["base64", "base64url"] as const)("finds a text inside %s, wherever it begins", (encoding) => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.string({ minLength: 3 }), (before, after, text) => {
        const bytes = Buffer.concat([before, Buffer.from(text), after]);
        expect(countFound(Buffer.from(bytes.toString(encoding)), [text])).toBe(1);
      }),
    );
  });

  it("finds nothing if nothing is there, and counts each text once", () => {
    const bytes = Buffer.from(`${NAME} ${NAME} Contoso`);
    expect(countFound(bytes, [NAME, "Fabrikam"])).toBe(1);
    expect(countFound(Buffer.alloc(0), [NAME])).toBe(0);
  });
});
