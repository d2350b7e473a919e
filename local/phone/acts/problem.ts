import * as z from "zod";

/** An answer of the service as it came. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed if it is JSON, else text; `undefined` if there is none. */
  readonly body: T;
}

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  remedy: z.string(),
  /** The same, said to the owner. */
  remedyText: z.string().optional(),
  /** What leads on where the remedy can't be had. */
  otherwise: z.string().optional(),
  otherwiseText: z.string().optional(),
  retryable: z.boolean(),
});

/** RFC 9457, with the members that every problem of this service has; some codes have more. */
export type Problem = z.infer<typeof problemSchema>;

export interface Refused extends Answer {
  readonly ok: false;
  readonly problem: Problem;
  /** Seconds to wait before the next attempt (RFC 9110, section 10.2.3), if the service says so. */
  readonly retryAfter?: number;
}

/** The outcome of a request: the answer with its body checked, and `X` made from it; or the problem. */
export type Result<T, X = unknown> = ({ readonly ok: true } & Answer<T> & X) | Refused;

/** Reads an answer: a success has the body that `schema` describes; everything else is a problem, whoever answered. */
export function readAnswer<S extends z.ZodType>(answer: Answer, schema: S): Result<z.infer<S>> {
  if (answer.status >= 200 && answer.status < 300) {
    return { ok: true, ...answer, body: schema.parse(answer.body) };
  }
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  return {
    ok: false,
    ...answer,
    problem: problemSchema.safeParse(answer.body).data ?? unknownProblem(answer.status),
    ...(Number.isNaN(wait) ? {} : { retryAfter: wait }),
  };
}

/** An answer that did not come from the service, but from a gateway or a captive portal. */
function unknownProblem(status: number): Problem {
  return {
    type: "about:blank",
    title: `The service could not be reached (HTTP ${status})`,
    status,
    detail: "Something between this phone and the service answered in its place.",
    instance: "about:blank",
    code: "unknown-answer",
    remedy: "retry-later",
    retryable: status >= 500,
  };
}
