import * as z from "zod";
import { UsageError } from "./commandLine.ts";

const tokenSchema = z.looseObject({ access_token: z.string() });

/**
 * Signs in a made-up owner at the development issuer beside the service.
 * @returns an access token for a sign-in just now, with a second factor
 * @throws {UsageError} there is no development issuer at that origin
 */
export async function signIn(origin: string, owner: string, fetch: typeof globalThis.fetch): Promise<string> {
  const response = await fetch(new URL("/dev/token", origin).href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ owner }),
  });
  if (!response.ok) throw new UsageError(`no sign-in at ${origin}: HTTP ${response.status}`);
  return tokenSchema.parse(await response.json()).access_token;
}
