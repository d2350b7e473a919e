import { NotSent } from "../acts/notSent.ts";
import type { Services } from "../acts/services.ts";
import { Problem, problem, withHeaders } from "../errors/problem.ts";
import { KeyUnavailable } from "../keys/port.ts";
import { failureOf } from "../log.ts";
import { costOf, metered } from "../meter.ts";
import { StoreUnavailable } from "../store/port.ts";
import { ItemUnreadable } from "../store/schema.ts";
import { timestampOf } from "../words.ts";
import { runAnonymous } from "./callers/anonymous.ts";
import { runForPhone } from "./callers/phone.ts";
import { runForRole } from "./callers/role.ts";
import {
  type AnonymousEndpoint,
  type Answer,
  type Endpoint,
  isForPhones,
  isForRole,
  methodsOf,
} from "./endpoint.ts";
import type { HttpRequest, HttpResponse, Route } from "./message.ts";
import { render, renderProblem } from "./render.ts";

/** Binds a declared endpoint to the services that answer it. */
export function bind(endpoint: Endpoint, services: Services): Route {
  const { name, route } = endpoint.declaration;
  return {
    name,
    methods: methodsOf(endpoint),
    route,
    handle: (request) => answerTo(endpoint, services, request),
  };
}

/** Never rejects: whatever goes wrong comes out as a problem, and every request leaves one line in the log. */
async function answerTo(endpoint: Endpoint, services: Services, request: HttpRequest): Promise<HttpResponse> {
  const start = services.system.now();
  const { result, calls } = await metered(() => attempt(endpoint, services, request, start));
  const { response, refusal } = result;
  const { name, route } = endpoint.declaration;
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
    ...costOf(calls),
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

/** Each kind of caller has its own order of checks: callers/. */
async function run(
  endpoint: Endpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  if (isForPhones(endpoint)) return await runForPhone(endpoint, services, request, now);
  if (isForRole(endpoint)) return await runForRole(endpoint, services, request, now);
  return await runAnonymous(endpoint as AnonymousEndpoint, services, request, now);
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return withHeaders(problem("store-unavailable"), retryAfter(error.retryAfter), { cause: error });
  }
  if (error instanceof NotSent) {
    return withHeaders(problem("code-not-sent"), retryAfter(error.retryAfter), { cause: error });
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
