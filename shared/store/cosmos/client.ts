import { createDefaultHttpClient, type HttpClient } from "@azure/core-rest-pipeline";
import { CosmosClient } from "@azure/cosmos";
import type { TokenCredential } from "@azure/identity";

export interface CosmosClientSettings {
  /** The account's address, such as `https://name.documents.azure.com:443/`. */
  readonly endpoint: string;
  /** Who this service is; a key, only on this machine: on Azure the account refuses keys (`disableLocalAuth`). */
  readonly credential: TokenCredential | { readonly key: string };
  /** Milliseconds a call of the port may take, all its requests included. */
  readonly timeLimit?: number;
}

/**
 * Three calls, what the longest request makes, stay under the 30 s that phones wait; and each leaves time for a batch
 * (5 s at most, Azure Cosmos DB service limit) or for a second try after a silent first.
 */
export const TIME_LIMIT = 8_000;

/**
 * The client of one account; a process has one, and its containers share it. It asks nothing at its start, and sends
 * what it is told once: how often, and until when, is decided in calls.ts alone.
 * @throws {TypeError} a key for an endpoint that isn't on this machine, or an endpoint that isn't https
 */
export function createCosmosClient({ endpoint, credential, timeLimit = TIME_LIMIT }: CosmosClientSettings) {
  const { protocol } = new URL(endpoint);
  if ("key" in credential) requireLoopback(endpoint);
  else if (protocol !== "https:") throw new TypeError("a Cosmos DB endpoint is https");
  return new CosmosClient({
    endpoint,
    ...("key" in credential ? credential : { aadCredentials: credential }),
    // An account that is set to less refuses every request, instead of showing one phone what another has replaced.
    consistencyLevel: "Strong",
    httpClient: sendOnce(createDefaultHttpClient()),
    connectionPolicy: {
      // The account's own name leads to its write region. With discovery on, the SDK would send a write that it could
      // not deliver 120 times, once a second.
      enableEndpointDiscovery: false,
      useMultipleWriteLocations: false,
      // The SDK's wait for its next try can't be ended by a signal.
      retryOptions: { maxRetryAttemptCount: 0 },
      // Time for a second try and a look at what the first has done.
      requestTimeout: Math.ceil(timeLimit * 0.4),
    },
  });
}

/** Without the codes of connections that failed: by them the SDK would send a read ten times, once a second. */
function sendOnce(client: HttpClient): HttpClient {
  return {
    async sendRequest(request) {
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
