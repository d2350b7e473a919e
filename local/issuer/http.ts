import type { IncomingMessage, ServerResponse } from "node:http";
import { answerJson, type JsonAnswer, readJson, refusal } from "../host/json.ts";
import type { Issuer } from "./issuer.ts";
import { tokenRequest } from "./tokenRequest.ts";

export const TOKEN_PATH = "/dev/token";
export const JWKS_PATH = "/dev/jwks";

/** Bytes of the longest token request. */
const BODY_BYTES = 16 * 1024;

/**
 * The issuer's two addresses, as the `extra` of a host: {@link TOKEN_PATH}, `POST` with a JSON body or `GET` with
 * the same members as a query, and {@link JWKS_PATH}. Returns whether the request was for one of them.
 */
export function issuerHandler(
  issuer: Issuer,
): (message: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (message, response) => {
    const [path, query] = (message.url ?? "").split("?", 2);
    if (path !== TOKEN_PATH && path !== JWKS_PATH) return false;
    const answer = path === JWKS_PATH ? jwks(issuer, message) : await token(issuer, message, query ?? "");
    answerJson(response, answer);
    return true;
  };
}

function jwks(issuer: Issuer, { method }: IncomingMessage): JsonAnswer {
  return method === "GET" || method === "HEAD"
    ? { status: 200, body: issuer.jwks() }
    : { ...refusal("use GET", 405), allow: "GET, HEAD" };
}

async function token(issuer: Issuer, message: IncomingMessage, query: string): Promise<JsonAnswer> {
  if (message.method !== "POST" && message.method !== "GET") {
    return { ...refusal("use POST with a JSON body, or GET with a query", 405), allow: "GET, POST" };
  }
  const given = message.method === "GET" ? fromQuery(query) : await readJson(message, BODY_BYTES);
  if (given === undefined) {
    return refusal(
      `the body must be a JSON object of at most ${BODY_BYTES} bytes, such as {"owner":"alice"}`,
    );
  }
  const { success, data, error } = tokenRequest.safeParse(given);
  if (!success) {
    const rules = error.issues.map(({ path, message }) => [...path, message].join(": "));
    return refusal(rules.join("; "));
  }
  const body = { access_token: await issuer.sign(data), token_type: "Bearer", expires_in: data.expiresIn };
  return { status: 200, body };
}

/** Query values as JSON has them. What can't be read stays text, so that validation says what was wrong. */
function fromQuery(query: string): unknown {
  return Object.fromEntries(
    Array.from(new URLSearchParams(query), ([name, value]) => {
      if (/^(?:signedInSecondsAgo|expiresIn)$/.test(name) && /^\d+$/.test(value))
        return [name, Number(value)];
      if (/^(?:secondFactor|person)$/.test(name) && /^(?:true|false)$/.test(value)) {
        return [name, value === "true"];
      }
      if (name === "roles") return [name, value.split(",").filter((role) => role !== "")];
      return [name, value];
    }),
  );
}
