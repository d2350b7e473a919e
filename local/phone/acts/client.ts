import * as z from "zod";
import type { Platform } from "../protocol/contentKey.ts";
import type { PrivateJwk } from "../protocol/keys.ts";
import { makeProof, type ProofOverrides } from "../protocol/proof.ts";
import type { System } from "../protocol/system.ts";
import type { Answer } from "./problem.ts";

/** Milliseconds that the service may take to answer, besides the time that the body takes. */
const ANSWER_WITHIN_MS = 30_000;

/** Bytes a millisecond of the slowest line that is waited for: 1 MiB arrives while its proof is good, in 300 s. */
const SLOWEST_LINE = 4;

/** What a sign-in lacks (RFC 9470). */
interface StepUp {
  readonly missing: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
  /** The value of `WWW-Authenticate`: what to ask the issuer for. */
  readonly challenge: string;
}

export interface ClientOptions {
  /** The service's public origin, `https://backup.example`. */
  readonly origin: string;
  readonly platform: Platform;
  /** The app's version, `6.8.0`. */
  readonly version: string;
  /** Accept-Language. */
  readonly language?: string | undefined;
  readonly signing: PrivateJwk;
  readonly system: System;
  /** An access token of the owner. */
  readonly token: () => Promise<string>;
  /** Has the owner sign in again. If given, a request that needs a step-up is repeated once. */
  readonly signInAgain?: ((stepUp: StepUp) => Promise<string>) | undefined;
  /** Carries the requests; the machine's own when left out. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface SendRequest {
  readonly method: string;
  /** With the prefix and any query: `/v1/backup`. */
  readonly path: string;
  /** Sent as JSON; text and bytes are sent as they are. */
  readonly body?: unknown;
  /** Added to the usual headers, or replacing them; a header set to `undefined` is not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** `false`: without a proof. */
  readonly proof?: false | ProofOverrides | undefined;
}

/** Sends one request. Resolves with any answer; rejects only if there is none. */
type Send = (request: SendRequest) => Promise<Answer>;

interface Client {
  readonly send: Send;
  /** The headers that `send` would send, for a request that something else carries. */
  readonly headersOf: (request: SendRequest) => Promise<Headers>;
}

/** Speaks HTTP for one phone: headers, proof, and a new sign-in when the service asks for one. */
export function createClient(options: ClientOptions): Client {
  const carry = options.fetch ?? globalThis.fetch;
  /** Milliseconds by which the service's clock is ahead of this phone's, once it has said so. */
  let ahead = 0;
  const proving = { now: () => options.system.now() + ahead, random: options.system.random };

  async function attempt(request: SendRequest, accessToken: string): Promise<Answer> {
    const body = encodeBody(request.body);
    const response = await carry(new URL(request.path, options.origin).href, {
      method: request.method,
      headers: await makeHeaders({ ...options, system: proving }, request, accessToken),
      body,
      // The token and the proof are only for this service: a redirect must not carry them to another address.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS + Math.ceil(Buffer.byteLength(body ?? "") / SLOWEST_LINE)),
    });
    return { status: response.status, headers: response.headers, body: await readBody(response) };
  }

  /** The owner's clock may be wrong, and "this wasn't me" has to arrive all the same: the proof goes by the service's. */
  async function attemptInTime(request: SendRequest, accessToken: string): Promise<Answer> {
    const answer = await attempt(request, accessToken);
    const time = request.proof === undefined ? readServiceTime(answer) : undefined;
    if (time === undefined) return answer;
    ahead = time - options.system.now();
    return await attempt(request, accessToken);
  }

  return {
    async send(request) {
      const answer = await attemptInTime(request, await options.token());
      const stepUp = options.signInAgain && readStepUp(answer);
      return options.signInAgain && stepUp
        ? attemptInTime(request, await options.signInAgain(stepUp))
        : answer;
    },
    headersOf: async (request) =>
      makeHeaders({ ...options, system: proving }, request, await options.token()),
  };
}

async function makeHeaders(
  { origin, platform, version, language, signing, system }: ClientOptions,
  { method, path, body, proof, headers: overrides = {} }: SendRequest,
  accessToken: string,
): Promise<Headers> {
  const url = new URL(path, origin).href;
  const headers = new Headers({
    Authorization: `Bearer ${accessToken}`,
    "X-Client-Platform": platform,
    "X-Client-Version": version,
  });
  if (language !== undefined) headers.set("Accept-Language", language);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (proof !== false) {
    headers.set("DPoP", await makeProof({ method, url, accessToken, signing, system }, proof));
  }
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return headers;
}

function encodeBody(body: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const expiredSchema = z.looseObject({ code: z.literal("proof-expired"), time: z.iso.datetime() });

/** The service's clock, where it found a proof out of its time. @returns milliseconds since 1970-01-01T00:00:00Z */
function readServiceTime({ status, body }: Answer): number | undefined {
  const parsed = expiredSchema.safeParse(body);
  return status === 401 && parsed.success ? Date.parse(parsed.data.time) : undefined;
}

const stepUpSchema = z.looseObject({
  code: z.literal("step-up-required"),
  missing: z.array(z.string()),
  maxAge: z.int(),
});

function readStepUp({ status, headers, body }: Answer): StepUp | undefined {
  const parsed = stepUpSchema.safeParse(body);
  if (status !== 401 || !parsed.success) return undefined;
  const { missing, maxAge } = parsed.data;
  return { missing, maxAge, challenge: headers.get("WWW-Authenticate") ?? "" };
}
