import { checkDeclared } from "../support/declared.ts";
import type { TestService } from "../support/service.ts";

/** What an operator gets; with both roles. */
export async function operate(
  { origin, issuer }: Pick<TestService, "origin" | "issuer">,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: unknown,
) {
  const token = await issuer.sign({ owner: "operator", kind: "operator" });
  const response = await fetch(`${origin}/v1/operations/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === "" ? undefined : JSON.parse(text);
  checkDeclared(method, `/v1/operations/${path}`, response.status, answer);
  return { status: response.status, body: answer };
}
