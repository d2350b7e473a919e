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
  if (confirm && (isAmbiguous(query, "confirm") || query.get("confirm") !== confirm)) {
    throw problem("confirmation-required", { confirm });
  }
  if (!schema) return undefined;
  const names = Object.keys(schema.shape);
  refuseAll(
    "parameter-invalid",
    names.filter((name) => isAmbiguous(query, name)),
  );
  const given = names.map((name) => [name, query.get(name) ?? undefined]);
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw problem("parameter-invalid", { errors: violationsOf(parsed.error, named) });
  return parsed.data;
}

/**
 * Whether a query has a name more than once, or nearly: in other letters, behind one more `?`. One reader takes the first,
 * another the last, a third joins them, and the caller meant one of them.
 */
function isAmbiguous(query: URLSearchParams, name: string): boolean {
  const alike = [...query.keys()].filter(
    (given) => given.replace(/^\?+/, "").toLowerCase() === name.toLowerCase(),
  );
  return alike.length > 1 || alike.some((given) => given !== name);
}

/** RFC 9110, sections 13.1.1 and 13.1.2: a list, which may come in several headers. Any other is there once. */
const LISTS: readonly string[] = ["If-Match", "If-None-Match"];

/** The declared headers. @throws {Problem} header-invalid */
export function readHeaders({ declaration }: Endpoint, { header }: HttpRequest): unknown {
  const { headers: schema } = declaration;
  if (!schema) return undefined;
  const given = Object.keys(schema.shape).map((name) => [name, header(name.toLowerCase())] as const);
  // Hosts hand equal headers on as one, with a comma between them.
  const several = given.filter(([name, value]) => value?.includes(",") && !LISTS.includes(name));
  refuseAll(
    "header-invalid",
    several.map(([name]) => name),
  );
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw problem("header-invalid", { errors: violationsOf(parsed.error, named) });
  return parsed.data;
}

/** @throws {Problem} of that code, where there are names that may be there once and are there twice */
function refuseAll(code: "parameter-invalid" | "header-invalid", names: readonly string[]): void {
  if (names.length === 0) return;
  throw problem(code, { errors: names.map((pointer) => ({ pointer, rule: "must be there once" })) });
}

/** Queries and headers don't nest: a violation is at a name. */
const named = (path: readonly PropertyKey[]) => path.map(String).join("/");

export const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{16,64}$/;

/** @throws {Problem} idempotency-key-invalid */
export function readIdempotencyKey({ header }: HttpRequest): string {
  const key = header("idempotency-key");
  if (key === undefined || !IDEMPOTENCY_KEY.test(key)) throw problem("idempotency-key-invalid");
  return key;
}
