import { problem, withHeaders } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { compileRoute } from "../../shared/http/route.ts";
import { health } from "./health.ts";

/** Seconds: whoever has to set it right needs minutes. */
const RETRY_AFTER = 60;

const isHealth = compileRoute(health.declaration);

/**
 * What answers everything where the service can't start: a host without functions answers an empty 404 to every path,
 * which a phone could take for an answer about its backup.
 */
export const notConfigured = anonymous(
  {
    name: "not-configured",
    method: "GET",
    route: "{*path}",
    summary: "Says that the service is not configured, and that the process answers.",
    answers: health.declaration.answers,
    problems: ["not-configured"],
  },
  async ({ request: { method, params } }) => {
    const isAsked = method === "GET" || method === "HEAD";
    if (isAsked && isHealth(`/${ROUTE_PREFIX}/${params.path ?? ""}`)) {
      return { status: 200, body: { status: "ok" } };
    }
    throw withHeaders(problem("not-configured"), { "Retry-After": String(RETRY_AFTER) });
  },
);
