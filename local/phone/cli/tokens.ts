import * as z from "zod";
import { UsageError } from "./commandLine.ts";

const tokenSchema = z.looseObject({ access_token: z.string() });

/**
 * Signs in a made-up owner at the development issuer.
 * @param issuer its origin: the service's own, or another where it runs alone
 * @returns an access token for a sign-in just now, with a second factor
 * @throws {UsageError} there is no development issuer at that origin
 */
export async function signIn(issuer: string, owner: string, fetch: typeof globalThis.fetch): Promise<string> {
  const response = await fetch(new URL("/dev/token", issuer).href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ owner }),
  });
  if (!response.ok) throw new UsageError(`no sign-in at ${issuer}: HTTP ${response.status}`);
  return tokenSchema.parse(await response.json()).access_token;
}
