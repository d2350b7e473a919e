import type { TokenCredential } from "@azure/identity";
import { boundCredential, TokenUnavailable } from "../../credential.ts";
import { KeyUnavailable } from "../port.ts";

/** A credential that answers within `limit` milliseconds. Throws only KeyUnavailable. */
export function vaultCredential(credential: TokenCredential, limit: number): TokenCredential {
  const bound = boundCredential(credential, limit);
  return {
    async getToken(scopes, options) {
      try {
        return await bound.getToken(scopes, options);
      } catch (error) {
        const refused = error instanceof TokenUnavailable && error.refused;
        throw new KeyUnavailable(refused ? "forbidden" : "busy", { cause: error });
      }
    },
  };
}
