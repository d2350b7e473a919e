import * as z from "zod";

const tokenSchema = z.looseObject({ access_token: z.string() });

/**
 * Signs a made-up owner in at the development issuer beside the service.
 * @returns an access token of a sign-in of this moment, with a second factor
 */
export async function signIn(origin: string, owner: string, fetch: typeof globalThis.fetch): Promise<string> {
  const response = await fetch(new URL("/dev/token", origin).href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ owner }),
  });
  if (!response.ok) throw new Error(`the development issuer answered ${response.status}: no sign-in`);
  return tokenSchema.parse(await response.json()).access_token;
}
