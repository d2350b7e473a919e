import { Agent } from "node:https";
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import { recordCall } from "../meter.ts";
import { within } from "../within.ts";
import type { Sent } from "./port.ts";

export interface ClientOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Connections that lead elsewhere; set by tests. */
  readonly agent?: Agent | undefined;
}

/**
 * Milliseconds after which an idle connection is closed. Azure's network drops one silently after four minutes: a message
 * sent on it would be neither taken nor refused.
 */
const IDLE_LIMIT = 60_000;

interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** What came back of one request. */
export type Reply =
  /** @member retryAfter seconds that the platform asks for */
  | { readonly status: number; readonly retryAfter?: number; readonly body: string }
  /** `not-reached`: no connection was made. `no-answer`: the request may have been taken. */
  | "not-reached"
  | "no-answer";

/** The one client of all platforms. It sends each request once: a POST that an SDK repeats is a second message. */
export interface Client {
  readonly now: () => number;
  /** Never throws: an error of the client repeats the headers, with keys and tokens in them. */
  post(request: Request): Promise<Reply>;
  /**
   * One call at the port: `act`, ended after `timeLimit` milliseconds. Never throws; what went wrong may have been
   * after the platform took the message.
   */
  send(
    operation: "push" | "mail" | "text",
    timeLimit: number,
    act: (signal: AbortSignal) => Promise<Sent>,
  ): Promise<Sent>;
}

export function createClient({
  now,
  agent = new Agent({ keepAlive: true, timeout: IDLE_LIMIT }),
}: ClientOptions): Client {
  const client = createDefaultHttpClient();

  return {
    now,
    async post({ url, headers, body, signal }) {
      try {
        const request = createPipelineRequest({
          url: url.href,
          method: "POST",
          headers: createHttpHeaders({ "Content-Type": "application/json;charset=utf-8", ...headers }),
          body: JSON.stringify(body),
          abortSignal: signal,
        });
        // Not among the options that the constructor takes over.
        request.agent = agent;
        const { status, headers: answered, bodyAsText } = await client.sendRequest(request);
        const retryAfter = parseRetryAfter(answered.get("retry-after"), now());
        return { status, body: bodyAsText ?? "", ...(retryAfter !== undefined && { retryAfter }) };
      } catch (error) {
        return isUnreached(error) ? "not-reached" : "no-answer";
      }
    },
    async send(operation, timeLimit, act) {
      const start = now();
      let sent: Sent = { outcome: "unknown" };
      try {
        sent = await within(timeLimit, act);
      } catch {
        // The time is over, or what was answered could not be read.
      }
      recordCall({ port: "notify", operation, outcome: outcomeName(sent), milliseconds: now() - start });
      return sent;
    },
  };
}

/** The platform did not take it, for a reason that passes, or that those who run the service can mend. */
export function busy(retryAfter = 10): Sent {
  return { outcome: "busy", retryAfter };
}

/** The longest that a platform's `Retry-After` is heeded, in seconds. */
const LONGEST_WAIT = 60 * 60;

/** Seconds until a wrong key, right or address is looked at again: it may be mended, and is not the message's fault. */
const MISCONFIGURED_RETRY = 60;

/**
 * What an answer says of the message. Accepted is all that a 2xx says. Wrong keys, missing rights and a hub that is not
 * there (401, 403, 404; the hub's 403 is a quota as well) are no fault of the message: it is kept, and sent once they
 * are mended. After 500, 502 or 504 nobody knows.
 */
export function sentOf(reply: Reply): Sent {
  if (reply === "not-reached") return busy();
  if (reply === "no-answer") return { outcome: "unknown" };
  const { status, retryAfter } = reply;
  if (status >= 200 && status < 300) return { outcome: "sent" };
  if (status === 429 || status === 503 || status === 408) return busy(retryAfter);
  if (status === 401 || status === 403 || status === 404) return busy(retryAfter ?? MISCONFIGURED_RETRY);
  // A conflict: an earlier request under this id was taken, or is being dealt with.
  if (status === 409 || status >= 500) return { outcome: "unknown" };
  return { outcome: "refused", reason: "request-refused" };
}

/** Seconds or a date (RFC 9110, section 10.2.3); undefined where it is neither, or is past. */
function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return seconds > 0 ? Math.min(seconds, LONGEST_WAIT) : undefined;
}

/** The platform can't have seen the request: its name was not found, or nothing listened. */
function isUnreached(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ECONNREFUSED";
}

function outcomeName(sent: Sent): string {
  return sent.outcome === "refused" ? sent.reason : sent.outcome;
}
