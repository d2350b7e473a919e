import { createHash } from "node:crypto";
import { base64url } from "jose";
import type * as z from "zod";
import { deviceId, generateKeys } from "../protocol/keys.ts";
import { ownerOfToken } from "../protocol/ownerId.ts";
import { openSealedKey, type SealedKey } from "../protocol/sealedKey.ts";
import { storageCheck } from "../protocol/storage.ts";
import { machine, type System } from "../protocol/system.ts";
import { type ClientOptions, createClient, type SendRequest } from "./client.ts";
import { type Answer, type Result, readAnswer } from "./problem.ts";
import type { PhoneState } from "./state.ts";

export interface PhoneOptions extends Omit<ClientOptions, "signing" | "system"> {
  /** What the owner calls this phone. */
  readonly name: string;
  /** 32 bytes from iCloud; ignored on Android. */
  readonly storageSecret?: Uint8Array | undefined;
  /** Where the phone left off; a new phone when left out. */
  readonly state?: PhoneState | undefined;
  /**
   * Keeps the phone's state. Awaited before each request that changes something, so that a phone which is killed then
   * makes the same one again.
   */
  readonly keep?: ((state: PhoneState) => Promise<void>) | undefined;
  readonly system?: System | undefined;
}

/** What a test of the service sends instead of the right thing; a member set to `undefined` is left out. */
export interface Overrides {
  readonly path?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly proof?: SendRequest["proof"];
}

interface ActRequest extends SendRequest {
  readonly body?: Readonly<Record<string, unknown>>;
}

export type Session = Awaited<ReturnType<typeof createSession>>;

/** What all acts of one phone share: its state, and how it sends. */
export async function createSession(options: PhoneOptions) {
  const { platform, name, system = machine } = options;
  let storageSecret = platform === "ios" ? options.storageSecret : undefined;
  const state: PhoneState = structuredClone(options.state) ?? {
    keys: await generateKeys(),
    accounts: [],
    credentials: [],
    unanswered: {},
  };
  const { send, headersOf } = createClient({ ...options, system, signing: state.keys.signing });

  async function act(
    request: ActRequest,
    { path = request.path, body, headers, proof }: Overrides = {},
  ): Promise<Answer> {
    if (request.method !== "GET") await options.keep?.(structuredClone(state));
    return await send({
      ...request,
      path,
      body: request.body || body ? { ...request.body, ...body } : undefined,
      headers: { ...request.headers, ...headers },
      proof,
    });
  }

  /** Known even before registration: the service refuses a stranger, not the phone. */
  async function userId(): Promise<string> {
    return state.owner?.userId ?? ownerOfToken(await options.token());
  }

  return {
    deviceId: await deviceId(state.keys.signing),
    name,
    origin: new URL(options.origin).origin,
    platform,
    system,
    token: options.token,
    state,
    send,
    headersOf,
    act,
    userId,

    /** 32 bytes, in iCloud and nowhere else: whoever uses the phone keeps it there. Undefined on Android. */
    storageSecret: () => storageSecret,

    /** From now on it is this one, which whoever uses the phone keeps in iCloud; on Android there is none to keep it in. */
    keepStorageSecret(secret: Uint8Array): void {
      if (platform === "ios") storageSecret = secret;
    },

    /** `storageCheck` if the platform has one: in a body, or as X-Storage-Check. */
    async storageCheck(): Promise<{ readonly storageCheck?: string }> {
      return storageSecret ? { storageCheck: storageCheck(storageSecret, await userId()) } : {};
    },

    async keepKey(key: SealedKey): Promise<Uint8Array> {
      const userKey = await openSealedKey(key, state.keys.sealing, await userId());
      state.userKey = { id: key.id, value: base64url.encode(userKey) };
      return userKey;
    },

    /** The backup is gone, and its key with it; the accounts on this phone stay. */
    forgetBackup(): void {
      delete state.userKey;
      delete state.backup;
      delete state.recovery;
      state.unanswered = {};
    },

    /** A POST that creates: its Idempotency-Key stays the same until the outcome is known. */
    async create<S extends z.ZodType>(
      operation: "enable" | "recover" | "restore" | "contact" | "challenge",
      request: ActRequest & { readonly schema: S },
      overrides?: Overrides,
    ): Promise<Result<z.infer<S>>> {
      const digest = createHash("sha256")
        .update(JSON.stringify([request.path, request.body]))
        .digest("base64url");
      const before = state.unanswered[operation];
      const idempotencyKey =
        before?.request === digest ? before.idempotencyKey : base64url.encode(system.random(16));
      state.unanswered[operation] = { idempotencyKey, request: digest };
      const headers = { "Idempotency-Key": idempotencyKey };
      const result = readAnswer(await act({ ...request, headers }, overrides), request.schema);
      if (isFinal(result)) delete state.unanswered[operation];
      return result;
    },
  };
}

/** Whether the outcome of a write is known: it is not if the service asks the phone to come back. */
export function isFinal(result: Result<unknown>): boolean {
  return result.ok || !(result.problem.retryable || result.status === 401);
}
