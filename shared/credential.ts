import type { TokenCredential } from "@azure/identity";
import { within } from "./within.ts";

/** No access token could be had; so nothing was sent to the service that it is for. */
export class TokenUnavailable extends Error {
  override readonly name = "TokenUnavailable";
  /** Whether the identity endpoint knows no such identity: asking again won't help. */
  readonly refused: boolean;

  constructor(options: { readonly cause: unknown }) {
    super("no access token could be had", options);
    this.refused = isRefusal(options.cause);
  }
}

/**
 * A credential that answers within `limit` milliseconds: everybody who waits for a token shares one request, which a
 * hanging identity endpoint would hold for ever. Throws only TokenUnavailable.
 */
export function boundCredential(credential: TokenCredential, limit: number): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await within(limit, (abortSignal) => credential.getToken(scopes, { ...options, abortSignal }));
      } catch (cause) {
        throw new TokenUnavailable({ cause });
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const status = cause instanceof Error && "status" in cause ? Number(cause.status) : 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
