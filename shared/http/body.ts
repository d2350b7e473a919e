import type * as z from "zod";
import { problem, withHeaders } from "../errors/problem.ts";
import { parseJson } from "../json.ts";
import type { HttpRequest } from "./message.ts";
import { violationsOf } from "./violations.ts";

/** Bytes a body may have: a Cosmos DB item holds 2 MB, and what is stored is hardly larger than what came. */
export const BODY_LIMIT = 1_048_576;

/**
 * Checks what the headers say of a body, before a byte of it is read.
 * @throws {Problem} length-required, body-too-large, content-encoding-unsupported, content-type-unsupported
 */
export function checkBodyHeaders({ header }: HttpRequest): void {
  const length = header("content-length");
  // The Functions host hands a chunked request over with an empty body: not to be taken for one that is empty.
  if (header("transfer-encoding") !== undefined || length === undefined || !/^\d{1,15}$/.test(length)) {
    throw problem("length-required");
  }
  if (Number(length) > BODY_LIMIT) throw problem("body-too-large", { limit: BODY_LIMIT });
  if (header("content-encoding") !== undefined) throw problem("content-encoding-unsupported");
  if (Number(length) > 0 && !isJson(header("content-type"))) throw problem("content-type-unsupported");
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType?.trim() ?? "");
}

/** @throws {Problem} body-missing: the client went away before the end of it, which is no fault of ours */
export async function readBody(request: HttpRequest): Promise<Uint8Array> {
  try {
    return await request.body();
  } catch (cause) {
    throw withHeaders(problem("body-missing"), {}, { cause });
  }
}

/** @throws {Problem} body-missing, body-too-large, the problems of {@link parseJson}, body-invalid */
export function parseBody<Body>(bytes: Uint8Array, schema: z.ZodType<Body>): Body {
  if (bytes.byteLength === 0) throw problem("body-missing");
  if (bytes.byteLength > BODY_LIMIT) throw problem("body-too-large", { limit: BODY_LIMIT });
  const parsed = schema.safeParse(parseJson(bytes));
  if (!parsed.success) throw problem("body-invalid", { errors: violationsOf(parsed.error) });
  return parsed.data;
}
