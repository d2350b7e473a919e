import type { IncomingMessage, ServerResponse } from "node:http";
import type { Issuer } from "./issuer.ts";
import { tokenRequest } from "./tokenRequest.ts";

export const TOKEN_PATH = "/dev/token";
export const JWKS_PATH = "/dev/jwks";

/** Bytes of the longest token request. */
const BODY_BYTES = 16 * 1024;

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly allow?: string;
}

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
    const content = JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(content),
      "cache-control": "no-store",
      ...(answer.allow && { allow: answer.allow }),
    });
    response.end(content);
    return true;
  };
}

function jwks(issuer: Issuer, { method }: IncomingMessage): Answer {
  return method === "GET" || method === "HEAD"
    ? { status: 200, body: issuer.jwks() }
    : { ...refusal("use GET", 405), allow: "GET, HEAD" };
}

async function token(issuer: Issuer, message: IncomingMessage, query: string): Promise<Answer> {
  if (message.method !== "POST" && message.method !== "GET") {
    return { ...refusal("use POST with a JSON body, or GET with a query", 405), allow: "GET, POST" };
  }
  const given = message.method === "GET" ? fromQuery(query) : await fromBody(message);
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

/** In the form of RFC 6749, section 5.2. */
function refusal(description: string, status = 400): Answer {
  return { status, body: { error: "invalid_request", error_description: description } };
}

/** Query values as JSON has them. What can't be read stays text, so that validation says what was wrong. */
function fromQuery(query: string): unknown {
  return Object.fromEntries(
    Array.from(new URLSearchParams(query), ([name, value]) => {
      if (/^(?:signedInSecondsAgo|expiresIn)$/.test(name) && /^\d+$/.test(value))
        return [name, Number(value)];
      if (name === "secondFactor" && /^(?:true|false)$/.test(value)) return [name, value === "true"];
      return [name, value];
    }),
  );
}

async function fromBody(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to the end nevertheless: leaving the loop would close the connection before the answer.
    if (bytes <= BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > BODY_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
