import { randomBytes } from "node:crypto";
import * as z from "zod";
import { type Result, readAnswer } from "../phone/acts/problem.ts";

// An account provider's app, as one could be written from docs/provider.md; it shares nothing with the service.

const issuedSchema = z.looseObject({
  activationId: z.string(),
  code: z.string(),
  qr: z.string(),
  expiresAt: z.string(),
});

export type Issued = z.infer<typeof issuedSchema>;

const activationSchema = z.looseObject({
  activationId: z.string(),
  state: z.string(),
  expiresAt: z.string(),
  number: z.int().optional(),
  credentialId: z.string().optional(),
  publicKey: z.looseObject({ x: z.string(), y: z.string() }).optional(),
});

export type Activation = z.infer<typeof activationSchema>;

const credentialSchema = z.looseObject({ credentialId: z.string(), state: z.string() });
const validSchema = z.looseObject({ valid: z.boolean() });

/** What an activation is asked for. */
export interface Asked {
  /** The user's id at the provider. */
  readonly subject: string;
  readonly route: "self-service" | "administrator";
  readonly showNumber?: boolean | undefined;
  readonly account: { readonly organization: string; readonly userName: string };
}

interface ProviderOptions {
  /** The service's public origin. */
  readonly origin: string;
  /** An access token of the provider's app. */
  readonly token: () => Promise<string>;
  readonly fetch?: typeof globalThis.fetch;
}

export type Provider = ReturnType<typeof createProvider>;

/** Sends what a provider's app sends. Rejects only where no answer comes. */
export function createProvider({ origin, token, fetch = globalThis.fetch }: ProviderOptions) {
  async function send<Schema extends z.ZodType>(
    [method, path]: readonly [string, string],
    schema: Schema,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result<z.infer<Schema>>> {
    const response = await fetch(`${origin}/v1/provider/${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get("content-type") ?? "");
    const { status } = response;
    return readAnswer({ status, headers: response.headers, body: isJson ? JSON.parse(text) : text }, schema);
  }

  return {
    /** @param key the Idempotency-Key: with the same, another code is made for the same activation */
    issue: (asked: Asked, key = randomBytes(16).toString("base64url")) =>
      send(["POST", "activations"], issuedSchema, asked, { "Idempotency-Key": key }),
    read: (activationId: string) =>
      send(["GET", `activations/${encodeURIComponent(activationId)}`], activationSchema),
    cancel: (activationId: string) =>
      send(["DELETE", `activations/${encodeURIComponent(activationId)}`], z.unknown()),
    credential: (credentialId: string) =>
      send(["GET", `credentials/${encodeURIComponent(credentialId)}`], credentialSchema),
    revoke: (credentialId: string) =>
      send(["DELETE", `credentials/${encodeURIComponent(credentialId)}`], z.unknown()),
    verifyCode: (asked: { readonly issuer: string; readonly subject: string; readonly code: string }) =>
      send(["POST", "codes/verify"], validSchema, asked),
  };
}

/** States that nothing leads on from. */
export const OVER: ReadonlySet<string> = new Set(["verified", "refused", "expired", "cancelled"]);

/** A code as it is shown: in groups of three. */
export function grouped(code: string): string {
  return code.replace(/(?<=\d)(?=(?:\d{3})+$)/g, " ");
}
