import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { HttpClient, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";

interface ConnectionOptions {
  /** Milliseconds, from any epoch. */
  readonly now: () => number;
  /** The certificate, PEM, to trust in the place of the system's authorities. */
  readonly ca?: string;
}

/** Milliseconds for which new requests use a connection. */
export const CONNECTION_LIFE = 5 * 60_000;

/**
 * Sends each request over a connection that was made within the last {@link CONNECTION_LIFE}, and moves on to new ones
 * when a region says that it is no longer the right one, or says nothing. A connection stays with the region that it was
 * made to, whatever the account's name leads to since: after a failover that one would refuse writes for as long as it
 * is kept.
 */
export function onFreshConnections(client: HttpClient, { now, ca }: ConnectionOptions): HttpClient {
  let agents = open();

  function open() {
    const options = { keepAlive: true };
    const secure = new HttpsAgent({ ...options, minVersion: "TLSv1.2", ...(ca !== undefined && { ca }) });
    return { since: now(), http: new HttpAgent(options), https: secure };
  }

  /** Once for all that met the same: what was sent over newer connections since says nothing of those. */
  function renew(used: typeof agents): void {
    if (used !== agents) return;
    agents = open();
    retire(used.http);
    retire(used.https);
  }

  async function send(request: PipelineRequest): Promise<PipelineResponse> {
    if (now() - agents.since >= CONNECTION_LIFE) renew(agents);
    const used = agents;
    request.agent = new URL(request.url).protocol === "http:" ? used.http : used.https;
    try {
      const answer = await client.sendRequest(request);
      if (isElsewhere(answer)) renew(used);
      return answer;
    } catch (error) {
      renew(used);
      throw error;
    }
  }

  return { sendRequest: send };
}

/** Closes its connections, each as soon as nothing is under way on it. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const free of Object.values(agent.freeSockets)) {
    for (const socket of free ?? []) socket.destroy();
  }
}

/**
 * Sub-statuses of a 403: a region that no longer takes writes, and one that the account is no longer in
 * (https://learn.microsoft.com/azure/cosmos-db/troubleshoot-forbidden).
 */
export const ELSEWHERE: ReadonlySet<number> = new Set([3, 1008]);

function isElsewhere({ status, headers }: PipelineResponse): boolean {
  return status === 403 && ELSEWHERE.has(Number(headers.get("x-ms-substatus")));
}
