import { hash } from "node:crypto";
import type { Services } from "../../acts/services.ts";
import { explain } from "../../identity/explain.ts";
import type { Identity } from "../../model/identity.ts";
import { checkBodyHeaders, parseBody, readBody } from "../body.ts";
import type { Answer, RoleCall, RoleEndpoint } from "../endpoint.ts";
import { readHeaders, readIdempotencyKey, readParams, readQuery } from "../input.ts";
import type { HttpRequest } from "../message.ts";
import { readIdentity, requireWork } from "./token.ts";

/** Callers that ask for many people at once may ask for so much more than a phone. */
const PHONES = 20;

/** A provider's app, or an operator, with the app role that the endpoint asks for. */
export async function runForRole(
  endpoint: RoleEndpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  const { access, declaration } = endpoint;
  if (declaration.body) checkBodyHeaders(request);

  const identity = await readIdentity(services, request);
  requireRole(identity, access);
  requireWork(services, identity.userId, declaration, PHONES);

  const params = readParams(endpoint, request);
  const query = readQuery(endpoint, request);
  const headers = readHeaders(endpoint, request);
  const idempotencyKey = access.idempotencyKey && readIdempotencyKey(request);
  const bytes = declaration.body && (await readBody(request));
  const body = declaration.body && bytes ? parseBody(bytes, declaration.body) : undefined;
  const requestHash = () =>
    hash("sha256", `${declaration.method}\0${request.path}\0${hash("sha256", bytes ?? "")}`, "base64url");
  const input = { params, query, headers, body };
  return await endpoint.handle({
    ...input,
    services,
    request,
    now,
    identity,
    idempotencyKey,
    requestHash,
  } as RoleCall);
}

/**
 * @throws {Problem} provider-required, operator-required: it is another's token, of a person in a provider's place, or of no
 *   organization; role-required; token-invalid: it is bound to a key, of which nothing here asks a proof
 */
function requireRole(identity: Identity, { caller, role }: RoleEndpoint["access"]): void {
  const { issuer, tenant, isApp, roles, boundKey } = identity;
  // At Entra an organization's app has the same issuer as its people.
  const isOfKind =
    caller === "operator"
      ? issuer.kind === "operator"
      : (issuer.kind === "provider" || issuer.kind === "work-or-school") && isApp && tenant !== undefined;
  if (!isOfKind) throw explain({ reason: `${caller}-required` });
  if (!roles.includes(role)) throw explain({ reason: "role-required", role });
  if (boundKey !== undefined) throw explain({ reason: "token-invalid" });
}
