import { expect, it } from "vitest";
import * as z from "zod";
import { anonymous } from "../../shared/http/endpoint.ts";
import { readHeaders } from "../../shared/http/input.ts";
import type { HttpRequest } from "../../shared/http/message.ts";

/** What an endpoint with a header of that name, of any form, gets of one with `value`. */
function read(name: string, value: string): unknown {
  const headers = z.object({ [name]: z.string().optional() });
  const endpoint = anonymous(
    { name: "f", method: "GET", route: "f", summary: "", headers, answers: {}, problems: [] },
    async () => ({ status: 200 }),
  );
  return readHeaders(endpoint, { header: () => value } as Partial<HttpRequest> as HttpRequest);
}

it("refuses a header that is there twice, as hosts join them, whatever its form", () => {
  for (const value of ["a,b", "a, a", ",", "a,"]) {
    expect(() => read("X-Thing", value)).toThrow(
      expect.objectContaining({
        code: "header-invalid",
        members: { errors: [{ pointer: "X-Thing", rule: "must be there once" }] },
      }),
    );
  }
});

it("takes those that are a list by their RFC", () => {
  for (const name of ["If-Match", "If-None-Match"]) {
    expect(read(name, '"a","b"')).toEqual({ [name]: '"a","b"' });
  }
});
