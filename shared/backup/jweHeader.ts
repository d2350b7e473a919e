import type * as z from "zod";
import { parseJson } from "../json.ts";

/**
 * The protected header of a compact JWE from its base64url form; undefined if it is not of this form. Strictly: of a
 * member named twice, the phone could believe the other one.
 */
export function readJweHeader<Header>(shape: z.ZodType<Header>, encoded: string): Header | undefined {
  try {
    return shape.parse(parseJson(Buffer.from(encoded, "base64url")));
  } catch {
    return undefined;
  }
}
