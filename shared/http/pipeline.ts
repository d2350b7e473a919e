import { hash } from "node:crypto";
import { AlreadyDone, readOutcome, readOwner, uncontended } from "../acts/commit.ts";
import { refuseTry } from "../acts/count.ts";
import type { Services } from "../acts/services.ts";
import { requireStanding, requireTriesLeft } from "../acts/standing.ts";
import { requireStepUp } from "../acts/stepUp.ts";
import { catalogue, type ProblemCode } from "../errors/catalogue.ts";
import { chooseLanguage, languageHeaders } from "../errors/language.ts";
import { Problem, problem, problemBody, withHeaders } from "../errors/problem.ts";
import { timestampOf } from "../formats.ts";
import { type Proof, refuseProof, verifyProof } from "../identity/proof.ts";
import { KeyUnavailable } from "../keys/port.ts";
import { failureOf } from "../log.ts";
import { metered } from "../meter.ts";
import type { Identity } from "../model/identity.ts";
import { StoreUnavailable } from "../store/port.ts";
import { ItemUnreadable } from "../store/schema.ts";
import { checkBodyHeaders, parseBody, readBody } from "./body.ts";
import { readClient, requireSupported } from "./client.ts";
import type { AnonymousEndpoint, Answer, BaseCall, Endpoint, PhoneCall, PhoneEndpoint } from "./endpoint.ts";
import type { HttpRequest, HttpResponse, Route } from "./message.ts";
import { violationsOf } from "./violations.ts";

const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{16,64}$/;

/** Binds a declared endpoint to the services that answer it. */
export function bind(endpoint: Endpoint, services: Services): Route {
  const { name, method, route } = endpoint.declaration;
  return {
    name,
    methods: [method],
    route,
    handle: (request) => answerTo(endpoint, services, request),
  };
}

/** Never rejects: whatever goes wrong comes out as a problem, and every request leaves one line in the log. */
export async function answerTo(
  endpoint: Endpoint,
  services: Services,
  request: HttpRequest,
): Promise<HttpResponse> {
  const start = services.system.now();
  const { result, calls } = await metered(() => attempt(endpoint, services, request, start));
  const { response, refusal } = result;
  const { name, route } = endpoint.declaration;
  const charges = calls.flatMap(({ charge }) => charge ?? []);
  services.log({
    time: timestampOf(start),
    level: response.status >= 500 ? "error" : "info",
    requestId: request.id,
    endpoint: name,
    method: request.method,
    route,
    status: response.status,
    ...(refusal && { code: refusal.code }),
    milliseconds: services.system.now() - start,
    ...(calls.length > 0 && { calls }),
    ...(charges.length > 0 && { charge: charges.reduce((sum, charge) => sum + charge, 0) }),
    ...(refusal?.cause !== undefined && response.status >= 500 && { failure: failureOf(refusal.cause) }),
  });
  return response;
}

async function attempt(
  endpoint: Endpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<{ response: HttpResponse; refusal?: Problem }> {
  try {
    return { response: render(await run(endpoint, services, request, now), request) };
  } catch (error) {
    const refusal = asProblem(error);
    return { response: renderProblem(refusal, services, request), refusal };
  }
}

async function run(
  endpoint: Endpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  return endpoint.access === "anonymous"
    ? await runAnonymous(endpoint as AnonymousEndpoint, services, request, now)
    : await runForPhone(endpoint as PhoneEndpoint, services, request, now);
}

async function runAnonymous(
  endpoint: AnonymousEndpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  const params = readParams(endpoint, request);
  return await endpoint.handle({ services, request, params, body: undefined, now } as BaseCall);
}

/** The order of these checks is the order in which a caller is refused: docs/architecture.md. */
async function runForPhone(
  endpoint: PhoneEndpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  const { access, declaration } = endpoint;
  if (declaration.body) checkBodyHeaders(request);

  const identity = await services.verifyToken(readToken(request));
  requirePersonal(identity);
  const client = readClient(request);
  if (access.oldApps === "refused") requireSupported(client);
  const proof = await readProof(endpoint, services, request, identity, now);

  const params = readParams(endpoint, request);
  const idempotencyKey = access.idempotencyKey && readIdempotencyKey(request);
  const bytes = declaration.body && (await readBody(request));
  const body = declaration.body && bytes ? parseBody(bytes, declaration.body) : undefined;
  const requestHash = () =>
    hash(
      "sha256",
      `${proof.deviceId}\0${declaration.method}\0${request.path}\0${hash("sha256", bytes ?? "")}`,
      "base64url",
    );

  const loadCaller = async () => {
    const owner = await readOwner(services.store, identity.userId);
    const device = owner?.item.devices.find(({ deviceId }) => deviceId === proof.deviceId);
    if (access.registered === "yes") {
      if (!device) throw refuseProof("device-not-registered");
      if (device.platform !== client.platform) throw problem("client-platform-changed");
    }
    return { owner, device };
  };
  const given = { services, request, params, body, now, access, identity, proof, client };
  return await uncontended(async () => {
    const call = { ...given, idempotencyKey, requestHash, ...(await loadCaller()) } as PhoneCall;
    if (access.standing) requireStanding(call, access.standing);
    if (access.stepUp === "needed") await requireStepUp(call);
    try {
      return await endpoint.handle(call);
    } catch (error) {
      // A retry finds the state that its first try left, and would be refused for it.
      if (!endpoint.replay || !(error instanceof AlreadyDone || error instanceof Problem)) throw error;
      const outcome = await readOutcome(call);
      if (!outcome) throw error;
      // The first try may have been committed after this one had read the owner.
      return await endpoint.replay({ ...call, ...(await loadCaller()) }, outcome);
    }
  });
}

/** The verified proof of the phone. One that is refused is counted: with a stolen token, that is all one has. */
async function readProof(
  { declaration }: PhoneEndpoint,
  services: Services,
  request: HttpRequest,
  identity: Identity,
  now: number,
): Promise<Proof> {
  try {
    const proof = verifyProof(request.header("dpop"), {
      method: declaration.method,
      url: services.config.publicOrigin + request.path,
      tokenHash: identity.tokenHash,
      now: now / 1000,
    });
    if (identity.boundKey !== undefined && identity.boundKey !== proof.deviceId) {
      throw refuseProof("proof-invalid");
    }
    return proof;
  } catch (error) {
    // A proof out of its time tells of a wrong clock rather than of a thief.
    if (!(error instanceof Problem) || error.code === "proof-expired") throw error;
    return await uncontended(async () => {
      const owner = await readOwner(services.store, identity.userId);
      requireTriesLeft({ owner, device: undefined, now }, ["proofs"]);
      return await refuseTry({ services, identity, owner, now }, undefined, "proofs", error);
    });
  }
}

/** The token of `Authorization: Bearer` (RFC 6750, section 2.1); nowhere else. */
function readToken({ header }: HttpRequest): string {
  const authorization = header("authorization");
  const token = authorization && /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
  if (token) return token;
  throw withHeaders(problem(authorization === undefined ? "token-missing" : "token-invalid"), {
    "WWW-Authenticate": "Bearer",
  });
}

function requirePersonal({ issuer }: Identity): void {
  switch (issuer.kind) {
    case "personal":
      return;
    case "work-or-school":
      throw problem("work-account-refused");
    case "provider":
      throw problem("provider-refused");
    case "operator":
      throw problem("operator-refused");
  }
}

function readParams({ declaration }: Endpoint, request: HttpRequest): unknown {
  const parsed = declaration.params?.safeParse(request.params);
  if (parsed && !parsed.success) throw problem("parameter-invalid", { errors: violationsOf(parsed.error) });
  return parsed?.data;
}

function readIdempotencyKey({ header }: HttpRequest): string {
  const key = header("idempotency-key");
  if (key === undefined || !IDEMPOTENCY_KEY.test(key)) throw problem("idempotency-key-invalid");
  return key;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return withHeaders(problem("store-unavailable"), retryAfter(error.retryAfter), { cause: error });
  }
  if (error instanceof KeyUnavailable) {
    return error.fault === "busy"
      ? withHeaders(problem("keys-unavailable"), retryAfter(error.retryAfter), { cause: error })
      : withHeaders(problem("key-unusable"), {}, { cause: error });
  }
  if (error instanceof ItemUnreadable) return withHeaders(problem("data-unreadable"), {}, { cause: error });
  return withHeaders(problem("internal"), {}, { cause: error });
}

function retryAfter(seconds: number): Record<string, string> {
  return { "Retry-After": String(Math.max(1, Math.ceil(seconds))) };
}

function render({ status, headers, body }: Answer, request: HttpRequest): HttpResponse {
  return {
    status,
    headers: {
      ...always(request),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function renderProblem(refusal: Problem, { config }: Services, request: HttpRequest): HttpResponse {
  const language = chooseLanguage(request.header("accept-language"));
  const body = problemBody(refusal, { origin: config.publicOrigin, requestId: request.id, language });
  return {
    status: catalogue[refusal.code satisfies ProblemCode].status,
    headers: {
      ...always(request),
      "Content-Type": "application/problem+json",
      ...languageHeaders(language),
      ...refusal.headers,
    },
    body: JSON.stringify(body),
  };
}

function always({ id }: HttpRequest): Record<string, string> {
  return { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Request-Id": id };
}
