import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "./answer.ts";
import type { Tokens } from "./tokens.ts";

/**
 * The token endpoint for managed identities, as App Service and Functions give it to an app (api-version
 * 2019-08-01): plain HTTP on loopback, with a secret header, so that an app can't be tricked into sending the request.
 */
export interface IdentityEndpoint {
  /** The environment variables of an app that runs beside it. */
  readonly environment: Readonly<Record<"IDENTITY_ENDPOINT" | "IDENTITY_HEADER" | "NO_PROXY", string>>;
  /** How many requests have arrived for the identity `clientId`. */
  countOf(clientId: string): number;
  /** Gives the app the user-assigned identity `clientId`. */
  assign(clientId: string): void;
  /** Answers like this from now on, not at all, or correctly again. */
  answerAll(answer: Answer | "never" | undefined): void;
  /** How many requests wait for an answer that never comes. */
  waiting(): number;
  close(): Promise<void>;
}

export async function startIdentityEndpoint(tokens: Tokens): Promise<IdentityEndpoint> {
  const header = randomUUID();
  const counts = new Map<string, number>();
  const assigned = new Set<string>();
  const unanswered = new Set<ServerResponse>();
  let fixed: Answer | "never" | undefined;

  function answer({ url = "", headers }: IncomingMessage): Answer | "never" {
    const query = new URL(url, "http://localhost").searchParams;
    const resource = query.get("resource");
    const clientId = query.get("client_id") ?? "";
    counts.set(clientId, (counts.get(clientId) ?? 0) + 1);
    if (fixed) return fixed;
    if (headers["x-identity-header"] !== header) return { status: 401, body: {} };
    if (query.get("api-version") !== "2019-08-01" || !resource) return { status: 400, body: {} };
    if (!assigned.has(clientId)) {
      return {
        status: 400,
        body: { statusCode: 400, message: "No User Assigned or Delegated Managed Identity found" },
      };
    }
    const expires_on = `${Math.floor(Date.now() / 1_000) + 86_400}`;
    const token = { access_token: tokens.issue(resource), expires_on, resource, token_type: "Bearer" };
    return { status: 200, body: { ...token, client_id: clientId } };
  }

  const server = createServer((request, response) => {
    const answered = answer(request);
    if (answered === "never") {
      unanswered.add(response);
      response.once("close", () => unanswered.delete(response));
      return;
    }
    const { status, body } = answered;
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    environment: {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`,
      IDENTITY_HEADER: header,
      // A developer's proxy doesn't lead to loopback.
      NO_PROXY: "127.0.0.1",
    },
    countOf: (clientId) => counts.get(clientId) ?? 0,
    assign: (clientId) => void assigned.add(clientId),
    answerAll: (answer) => {
      fixed = answer;
    },
    waiting: () => unanswered.size,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
