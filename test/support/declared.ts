import { endpoints } from "../../functions/endpoints.ts";
import { catalogue, type ProblemCode, type ProblemKind } from "../../shared/errors/catalogue.ts";
import type { Endpoint } from "../../shared/http/endpoint.ts";
import { problemsOf } from "../../shared/http/problems.ts";
import { compileRoutes } from "../../shared/http/route.ts";

const match = compileRoutes(
  endpoints.map((endpoint) => {
    const { name, method, route } = endpoint.declaration;
    return { name, methods: [method], route, endpoint };
  }),
);

/**
 * Throws where an answer is not one that its endpoint declares: another status, a body of another form, or a
 * problem that is not in its list.
 */
export function checkDeclared(method: string, path: string, status: number, body: unknown): void {
  const found = match(method, path);
  if (!found) return;
  const { endpoint } = found.route;
  if (status >= 400) checkProblem(endpoint, status, body);
  else checkAnswer(endpoint, status, body);
}

function checkAnswer({ declaration: { name, answers } }: Endpoint, status: number, body: unknown): void {
  const schema = answers[status];
  if (schema === undefined) throw new Error(`${name} does not declare status ${status}`);
  if (schema === null) {
    if (body !== undefined) throw new Error(`${name} declares no body for ${status}`);
    return;
  }
  schema.parse(body);
}

function checkProblem(endpoint: Endpoint, status: number, body: unknown): void {
  const { name } = endpoint.declaration;
  const {
    code,
    type,
    title,
    detail,
    instance,
    remedy,
    remedyText,
    otherwise,
    otherwiseText,
    retryable,
    status: said,
    ...members
  } = Object(body);
  if (!Object.hasOwn(catalogue, code)) throw new Error(`${name} answered ${status} without a known code`);
  if (!problemsOf(endpoint).has(code)) throw new Error(`${name} does not declare the problem ${code}`);
  const kind: ProblemKind = catalogue[code as ProblemCode];
  if (kind.status !== status || said !== status) throw new Error(`${code} came with status ${status}`);
  if (![type, title, detail, instance, remedyText].every((text) => typeof text === "string" && text !== "")) {
    throw new Error(`${code} lacks a text`);
  }
  if (otherwise !== kind.otherwise || (otherwise === undefined) !== (otherwiseText === undefined)) {
    throw new Error(`${code} has another way on`);
  }
  if (remedy !== kind.remedy || retryable !== kind.retryable) throw new Error(`${code} has another remedy`);
  kind.members.parse(members);
}
