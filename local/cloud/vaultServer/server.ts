import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TokenCredential } from "@azure/identity";
import type { KeyClientOptions } from "@azure/keyvault-keys";
import { type Answer, refuse } from "./answer.ts";
import { selfSigned } from "./certificate.ts";
import { createFaults, type FaultOrder, type SeenRequest } from "./faults.ts";
import { createKeySource } from "./keyPairs.ts";
import { createTokens, type Tokens, VAULT_RESOURCE } from "./tokens.ts";
import { createVault, type TestVault } from "./vault.ts";

/** Every vault of Azure Key Vault, on this machine: over HTTPS, under their real names. */
export interface VaultServer {
  /** The vault `https://{name}.vault.azure.net`, made when first asked for. */
  vault(name: string): TestVault;
  /** A credential that this server accepts, without a request for its token. */
  readonly credential: TokenCredential;
  /** The tokens that it accepts, for whatever issues them. */
  readonly tokens: Tokens;
  /** Leads the SDK here. Its checks of names, certificate and challenge stay as they are. */
  readonly clientOptions: KeyClientOptions;
  /** The connections of `clientOptions`. */
  readonly agent: Agent;
  /** What has arrived, in the order of arrival; may be emptied. */
  readonly seen: SeenRequest[];
  fault(order: FaultOrder): void;
  close(): Promise<void>;
}

const CHALLENGE: Answer = {
  ...refuse(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."),
  headers: {
    "WWW-Authenticate": `Bearer authorization="https://login.microsoftonline.com/tenant", resource="${VAULT_RESOURCE}"`,
  },
};

/** @param tokens from a directory other than the server's own */
export async function startVaultServer({
  tokens = createTokens(),
}: {
  readonly tokens?: Tokens;
} = {}): Promise<VaultServer> {
  const vaults = new Map<string, TestVault>();
  const newKey = createKeySource();
  const faults = createFaults();
  const seen: SeenRequest[] = [];

  function vault(name: string): TestVault {
    const host = `${name}.vault.azure.net`;
    const held = vaults.get(host) ?? createVault(`https://${host}`, newKey);
    vaults.set(host, held);
    return held;
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(message.url ?? "", "https://vault.invalid");
    const { method = "", headers } = message;
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    const authorized = tokens.isFor(token, VAULT_RESOURCE);
    const request = { method, host: headers.host ?? "", path: pathname.replace(/\/$/, ""), authorized };
    seen.push(request);

    const body =
      method === "POST" || method === "PATCH" ? await json(message).catch(() => undefined) : undefined;
    const fault = faults.next(request);
    if (fault === "drop-before") return void message.socket.destroy();
    if (fault === "no-answer") return;
    if (fault instanceof Promise) await fault;
    else if (fault && fault !== "drop-after") return send(response, fault);

    const acted = await act(vaults.get(request.host), request, searchParams, body);
    if (fault === "drop-after") return void message.socket.destroy();
    send(response, acted);
  }

  const { key, cert } = selfSigned("*.vault.azure.net");
  const server = createServer({ key, cert }, (message, response) => void answer(message, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  // The agent's options win over the request's, so every name leads here.
  const agent = new Agent({ host: "127.0.0.1", port, ca: cert, keepAlive: true });

  return {
    vault,
    tokens,
    seen,
    agent,
    credential: {
      getToken: async () => ({
        token: tokens.issue(VAULT_RESOURCE),
        expiresOnTimestamp: Date.now() + 3_600_000,
      }),
    },
    clientOptions: { agent, retryOptions: { maxRetries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 1 } },
    fault: (order) => faults.order(order),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function act(
  vault: TestVault | undefined,
  request: SeenRequest,
  query: URLSearchParams,
  body: unknown,
): Answer | Promise<Answer> {
  if (!vault) return refuse(404, "ResourceNotFound", "there is no such vault");
  if (!query.has("api-version")) {
    return refuse(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
  }
  if (!request.authorized) return CHALLENGE;
  const [, keys, name, version = "", operation] = request.path.split("/");
  if (keys !== "keys" || !name) return refuse(404, "ResourceNotFound", "no such path");
  if (request.method === "GET" && !operation) return vault.answer("get", name, version, body);
  if (request.method === "POST" && version === "create" && !operation)
    return vault.answer("create", name, "", body);
  if (request.method === "PATCH" && version !== "" && !operation)
    return vault.answer("update", name, version, body);
  if (request.method === "POST" && operation === "unwrapkey") {
    return vault.answer("unwrapKey", name, version, body);
  }
  return refuse(405, "MethodNotAllowed", "no such operation");
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...headers }).end(text);
}
