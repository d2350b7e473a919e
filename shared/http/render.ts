import type { Services } from "../acts/services.ts";
import { catalogue, type ProblemCode } from "../errors/catalogue.ts";
import { chooseLanguage, type Language, languageHeaders } from "../errors/language.ts";
import { describeCode, type Problem } from "../errors/problem.ts";
import type { Answer } from "./endpoint.ts";
import { type HttpRequest, type HttpResponse, ROUTE_PREFIX } from "./message.ts";

export function render(
  { status, headers, body, content = body === undefined ? undefined : JSON.stringify(body) }: Answer,
  request: HttpRequest,
): HttpResponse {
  return {
    status,
    headers: {
      ...always(request),
      ...(content !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(content !== undefined && { body: content }),
  };
}

export function renderProblem(refusal: Problem, { config }: Services, request: HttpRequest): HttpResponse {
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

/** The body of a problem: RFC 9457, `application/problem+json`. */
function problemBody(
  { code, members }: Problem,
  { origin, requestId, language }: { origin: string; requestId: string; language: Language },
) {
  return {
    type: `${origin}/${ROUTE_PREFIX}/problems/${code}`,
    ...describeCode(code, language),
    instance: `urn:uuid:${requestId}`,
    ...members,
  };
}

function always({ id }: HttpRequest): Record<string, string> {
  return {
    "Cache-Control": "no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": id,
  };
}
