import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import { CosmosClient } from "@azure/cosmos";
import type { TokenCredential } from "@azure/identity";
import { boundCredential } from "../../credential.ts";
import { onFreshConnections } from "./connections.ts";
import { DUE } from "./due.ts";
import { OUTDATED } from "./outdated.ts";

/** The levels that read from a quorum. Under a weaker one, an instance could release a key after another has denied it. */
type Consistency = "Strong" | "BoundedStaleness";

export interface CosmosClientSettings {
  /** The account's address, such as `https://name.documents.azure.com:443/`. */
  readonly endpoint: string;
  /** This service's identity; a key only for an emulator on this machine, since the account on Azure refuses keys
   * (`disableLocalAuth`). */
  readonly credential: TokenCredential | { readonly key: string };
  /** What each request asks for; Strong when left out. */
  readonly consistency?: Consistency;
  /** Milliseconds a call of the port may take, all its requests included. */
  readonly timeLimit?: number;
  /** Milliseconds within which the credential answers. */
  readonly tokenLimit?: number;
  /** Milliseconds, from any epoch: connections age by it, and calls are timed. */
  readonly now?: () => number;
  /** The certificate, PEM, to trust in the place of the system's authorities; set by tests. */
  readonly ca?: string | undefined;
}

/**
 * Three calls, the most that a request makes, stay under the 30 s that phones wait. Each leaves time for a batch (at
 * most 5 s, Azure Cosmos DB service limit), or for a second attempt after one without an answer.
 */
export const TIME_LIMIT = 8_000;

/**
 * The client of one account; a process has one, which its containers share. It sends nothing when it starts, and
 * every request once: calls.ts alone decides how often, and until when.
 * @throws {TypeError} a key for an endpoint that isn't on this machine, or an endpoint without https
 */
export function createCosmosClient({
  endpoint,
  credential,
  consistency = "Strong",
  timeLimit = TIME_LIMIT,
  tokenLimit = timeLimit / 2,
  now = () => performance.now(),
  ca,
}: CosmosClientSettings) {
  const { protocol } = new URL(endpoint);
  if ("key" in credential) requireLoopback(endpoint);
  else if (protocol !== "https:") throw new TypeError("a Cosmos DB endpoint is https");
  return new CosmosClient({
    endpoint,
    ...("key" in credential ? credential : { aadCredentials: boundCredential(credential, tokenLimit) }),
    // An account with weaker consistency refuses every request, rather than show one phone what another has replaced.
    consistencyLevel: consistency,
    httpClient: sendOnce(
      onFreshConnections(createDefaultHttpClient(), { now, ...(ca !== undefined && { ca }) }),
    ),
    connectionPolicy: {
      // The account's own name leads to its write region. With discovery on, the SDK would repeat a write that it could
      // not deliver 120 times, once a second.
      enableEndpointDiscovery: false,
      useMultipleWriteLocations: false,
      // A signal can't end the SDK's wait before its next attempt.
      retryOptions: { maxRetryAttemptCount: 0 },
      // Time for a second attempt, and for a look at what the first has done.
      requestTimeout: Math.ceil(timeLimit * 0.4),
    },
  });
}

/**
 * Without the codes of failed connections: seeing them, the SDK would send a read ten times, once a second. And without
 * plans for queries, but for those that are meant for all partitions: after one kind of 400, the SDK would repeat a query
 * by its plan, over all of them.
 */
function sendOnce(client: HttpClient): HttpClient {
  return {
    async sendRequest(request) {
      const isPlan = request.headers.has("x-ms-cosmos-is-query-plan-request");
      const isForAll = [JSON.stringify(DUE), OUTDATED].some((part) => String(request.body).includes(part));
      if (isPlan && !isForAll) {
        throw Object.assign(new Error("a query stays within its partition"), { code: 400 });
      }
      try {
        return await client.sendRequest(request);
      } catch (cause) {
        if (cause instanceof Error && cause.name === "AbortError") throw cause;
        throw new Error("the connection failed", { cause });
      }
    },
  };
}

/** @throws {TypeError} the host of `endpoint` is another machine */
export function requireLoopback(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (/^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname)) return;
  throw new TypeError("a Cosmos DB key is for an emulator on this machine; elsewhere the service signs in");
}
