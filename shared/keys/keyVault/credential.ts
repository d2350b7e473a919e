import type { TokenCredential } from "@azure/identity";
import { within } from "../../within.ts";
import { KeyUnavailable } from "../port.ts";

/**
 * A credential that answers within `limit` milliseconds: everybody who waits for a token shares one request, which a
 * hanging identity endpoint would hold for ever. Throws only KeyUnavailable.
 */
export function boundCredential(credential: TokenCredential, limit: number): TokenCredential {
  return {
    async getToken(scopes, options) {
      try {
        return await within(limit, () => credential.getToken(scopes, options));
      } catch (error) {
        throw new KeyUnavailable(isRefusal(error) ? "forbidden" : "busy", { cause: error });
      }
    },
  };
}

/** The identity endpoint answered that it knows no such identity: asking again won't help. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const status = cause instanceof Error && "status" in cause ? Number(cause.status) : 0;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
