import * as z from "zod";
import type { Requests } from "./requests.ts";

// An account's provider: the IT department of an organization, or who runs the personal accounts.

const activationSchema = z.looseObject({ activationId: z.string(), code: z.string(), qr: z.string() });

const stateSchema = z.looseObject({
  state: z.string(),
  number: z.int().optional(),
  credentialId: z.string().optional(),
});

const tokenSchema = z.looseObject({ access_token: z.string() });

export type Provider = ReturnType<typeof createProvider>;

interface Surroundings {
  /** Where the service answers. */
  readonly origin: string;
  readonly requests: Requests;
}

/**
 * An app of the provider, which signs in with a secret of its own.
 * @param profile how its tokens look @param tenant the organization; the development issuer's own where left out
 */
export function createProvider(
  { origin, requests }: Surroundings,
  { name, ...whose }: { readonly name: string; readonly profile: "oidc" | "entra"; readonly tenant?: string },
) {
  async function ask<S extends z.ZodType>(
    method: string,
    path: string,
    schema: S,
    meaning: (body: z.infer<S>) => string,
    { body, headers }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<z.infer<S>> {
    const response = await requests.fetchOfProvider(`${origin}/v1/provider${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${await token()}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${name} was refused: ${await response.text()}`);
    const answer = schema.parse(response.status === 204 ? undefined : await response.json());
    requests.told(meaning(answer));
    return answer;
  }

  let signedIn: { readonly token: string } | undefined;

  async function token(): Promise<string> {
    if (signedIn) return signedIn.token;
    const response = await requests.fetchOfProvider(`${origin}/dev/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ owner: name, kind: "provider", ...whose }),
    });
    if (!response.ok) throw new Error(`the development issuer answered ${response.status}`);
    signedIn = { token: tokenSchema.parse(await response.json()).access_token };
    requests.told(`${name} signs in: an app, with a role for each thing that it may do`);
    return signedIn.token;
  }

  return {
    name,

    /** A code for the account's owner, good for minutes. @param idempotencyKey 16 to 64 characters */
    issue: (
      account: { readonly subject: string; readonly organization: string; readonly userName: string },
      idempotencyKey: string,
    ) => {
      const { subject, ...shown } = account;
      return ask("POST", "/activations", activationSchema, () => "a code, and what its QR code says", {
        body: { subject, route: "self-service", account: shown },
        headers: { "Idempotency-Key": idempotencyKey },
      });
    },

    /** How an activation stands: what the page shows. */
    watch: (activationId: string) =>
      ask("GET", `/activations/${activationId}`, stateSchema, ({ state, number }) =>
        number === undefined ? state : `${state}: its page shows ${number}`,
      ),

    /** Whether the key of a verified account still counts. */
    credential: (credentialId: string) =>
      ask("GET", `/credentials/${credentialId}`, stateSchema, ({ state }) => `the key is ${state}`),

    /** Whether a one-time code is that of one of a personal account's phones. */
    verifyCode: async (issuer: string, subject: string, code: string): Promise<boolean> => {
      const { valid } = await ask(
        "POST",
        "/codes/verify",
        z.looseObject({ valid: z.boolean() }),
        ({ valid }) => (valid ? "valid" : "not valid"),
        { body: { issuer, subject, code } },
      );
      return valid;
    },
  };
}
