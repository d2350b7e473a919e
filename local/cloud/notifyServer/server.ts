import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createSecureContext } from "node:tls";
import type { TokenCredential } from "@azure/identity";
import type { Answer } from "../vaultServer/answer.ts";
import { selfSigned } from "../vaultServer/certificate.ts";
import { createFaults, type FaultOrder } from "../vaultServer/faults.ts";
import { createTokens, type Tokens } from "../vaultServer/tokens.ts";
import { COMMUNICATION_RESOURCE, createCommunication, type TestCommunication } from "./communication.ts";
import { createHubs, type TestHubs } from "./hubs.ts";

/** What reached a phone, a mailbox or a number. */
export type Arrived =
  | {
      readonly channel: "push";
      readonly to: string;
      readonly payload: unknown;
      /** Those of APNs. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly channel: "mail";
      readonly to: string;
      readonly subject: string;
      readonly text: string;
      /** Whether a picture in it tells who opens it: the resource is set so, unless a mail says otherwise. */
      readonly tracked: boolean;
    }
  | { readonly channel: "text"; readonly to: string; readonly text: string };

/** A request as the two services see it. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By its name in lower case; empty where it is missing. */
  readonly header: (name: string) => string;
  /** Its JSON; undefined where it has none. */
  readonly body: unknown;
  readonly bytes: number;
}

/** Notification Hubs and Communication Services, on this machine: over HTTPS, under their real names. */
export interface NotifyServer {
  readonly hubs: TestHubs;
  readonly communication: TestCommunication;
  /** What has arrived at its target, in order. */
  readonly arrived: Arrived[];
  /** `POST {path}` of every request, in the order of arrival; may be emptied. */
  readonly seen: string[];
  /** A credential that this server accepts, without a request for its token. */
  readonly credential: TokenCredential;
  readonly tokens: Tokens;
  /** Leads every name here. */
  readonly agent: Agent;
  fault(order: FaultOrder): void;
  close(): Promise<void>;
}

/** @param now the time by which signatures expire, in milliseconds since 1970 */
export async function startNotifyServer({
  now,
  tokens = createTokens(),
}: {
  readonly now: () => number;
  readonly tokens?: Tokens;
}): Promise<NotifyServer> {
  const arrived: Arrived[] = [];
  const seen: string[] = [];
  const faults = createFaults();
  const hubs = createHubs(arrived, now);
  const communication = createCommunication(arrived, tokens);

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers, url = "" } = message;
    const host = headers.host ?? "";
    const { pathname: path, searchParams: query } = new URL(url, `https://${host}`);
    seen.push(`${method} ${path}`);
    const content = await text(message);
    const fault = faults.next({ method, host, path, authorized: headers.authorization !== undefined });
    if (fault === "drop-before") return void message.socket.destroy();
    if (fault === "no-answer") return;
    if (fault instanceof Promise) await fault;
    else if (fault && fault !== "drop-after") return send(response, fault);

    const service = host.endsWith(".servicebus.windows.net") ? hubs : communication;
    const acted = service.answer({
      method,
      path,
      query,
      header: (name) => String(headers[name] ?? ""),
      body: parse(content),
      bytes: Buffer.byteLength(content),
    });
    if (fault === "drop-after") return void message.socket.destroy();
    send(response, acted);
  }

  const contexts = ["*.servicebus.windows.net", "*.communication.azure.com"].map((name) => ({
    name,
    ...selfSigned(name),
  }));
  const server = createServer(
    {
      SNICallback: (asked, done) => {
        const found = contexts.find(({ name }) => asked.endsWith(name.slice(1)));
        if (found) done(null, createSecureContext(found));
        else done(new Error("no such name"));
      },
    },
    (message, response) => void answer(message, response),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ host: "127.0.0.1", port, ca: contexts.map(({ cert }) => cert), keepAlive: true });

  return {
    hubs,
    communication,
    arrived,
    seen,
    tokens,
    agent,
    credential: {
      getToken: async () => ({
        token: tokens.issue(COMMUNICATION_RESOURCE),
        expiresOnTimestamp: Date.now() + 3_600_000,
      }),
    },
    fault: (order) => faults.order(order),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const content = typeof body === "string" ? body : JSON.stringify(body ?? {});
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", ...headers }).end(content);
}
