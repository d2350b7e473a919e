import type { Services } from "../../acts/services.ts";
import { problem, withHeaders } from "../../errors/problem.ts";
import { explain } from "../../identity/explain.ts";
import type { Identity } from "../../model/identity.ts";
import { type Declaration, workOf } from "../endpoint.ts";
import type { HttpRequest } from "../message.ts";

/** Who is signed in, of whatever kind. @throws {Problem} token-missing, token-invalid, token-expired, sign-in-unavailable */
export async function readIdentity({ verifyToken }: Services, request: HttpRequest): Promise<Identity> {
  const verdict = await verifyToken(readToken(request));
  if (verdict.refused) throw explain(verdict.refused);
  return verdict.identity;
}

/** The token of `Authorization: Bearer` (RFC 6750, section 2.1); nowhere else. */
function readToken({ header }: HttpRequest): string {
  const authorization = header("authorization");
  const token = authorization && /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token) return token;
  throw explain({ reason: authorization === undefined ? "token-missing" : "token-malformed" });
}

/**
 * @param phones how many phones' budgets the caller has
 * @throws {Problem} too-many-requests: one caller must not take this instance from all others [I6]
 */
export function requireWork({ work }: Services, caller: string, declaration: Declaration, phones = 1): void {
  const seconds = work.take(caller, workOf(declaration) / phones);
  if (seconds === undefined) return;
  throw withHeaders(problem("too-many-requests"), { "Retry-After": String(Math.ceil(seconds)) });
}
