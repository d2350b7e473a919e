import * as z from "zod";
import { UsageError } from "./commandLine.ts";

const tokenSchema = z.looseObject({ access_token: z.string() });

/**
 * Signs in a made-up owner at the development issuer.
 * @param issuer its origin: the service's own, or another where it runs alone
 * @returns an access token for a sign-in just now, with a second factor
 * @throws {UsageError} there is no development issuer at that origin
 */
export function signIn(issuer: string, owner: string, fetch: typeof globalThis.fetch): Promise<string> {
  return signInTo(issuer, { owner }, fetch);
}

/** The same to any account that the development issuer plays. @param request as its `/dev/token` takes it */
export async function signInTo(
  issuer: string,
  request: Readonly<Record<"owner", string> & Partial<Record<"kind" | "profile" | "tenant", string>>>,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const response = await fetch(new URL("/dev/token", issuer).href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new UsageError(`no sign-in at ${issuer}: HTTP ${response.status}`);
  return tokenSchema.parse(await response.json()).access_token;
}
