import { problem } from "../errors/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpRequest } from "./message.ts";
import { violationsOf } from "./violations.ts";

/** @throws {Problem} parameter-invalid */
export function readParams({ declaration }: Endpoint, request: HttpRequest): unknown {
  const parsed = declaration.params?.safeParse(request.params);
  if (parsed && !parsed.success) throw problem("parameter-invalid", { errors: violationsOf(parsed.error) });
  return parsed?.data;
}

/** The declared members of the query, and the confirmation. @throws {Problem} confirmation-required, parameter-invalid */
export function readQuery({ declaration }: Endpoint, { query }: HttpRequest): unknown {
  const { confirm, query: schema } = declaration;
  if (confirm && query.get("confirm") !== confirm) throw problem("confirmation-required", { confirm });
  if (!schema) return undefined;
  const given = Object.keys(schema.shape).map((name) => [name, query.get(name) ?? undefined]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw problem("parameter-invalid", { errors: violationsOf(parsed.error, named) });
  return parsed.data;
}

/** The declared headers. @throws {Problem} header-invalid */
export function readHeaders({ declaration }: Endpoint, { header }: HttpRequest): unknown {
  const { headers: schema } = declaration;
  if (!schema) return undefined;
  const given = Object.keys(schema.shape).map((name) => [name, header(name.toLowerCase())]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw problem("header-invalid", { errors: violationsOf(parsed.error, named) });
  return parsed.data;
}

/** Queries and headers don't nest: a violation is at a name. */
const named = (path: readonly PropertyKey[]) => path.map(String).join("/");

const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{16,64}$/;

/** @throws {Problem} idempotency-key-invalid */
export function readIdempotencyKey({ header }: HttpRequest): string {
  const key = header("idempotency-key");
  if (key === undefined || !IDEMPOTENCY_KEY.test(key)) throw problem("idempotency-key-invalid");
  return key;
}
