import { randomUUID } from "node:crypto";

/** The resource that Key Vault's tokens are for, in the public cloud. */
export const VAULT_RESOURCE = "https://vault.azure.net";

export interface Tokens {
  /** @returns a new access token */
  issue(resource: string): string;
  isFor(token: string, resource: string): boolean;
}

/** The tokens that a directory has issued, and for whom. */
export function createTokens(): Tokens {
  const resources = new Map<string, string>();
  return {
    issue(resource) {
      const token = randomUUID();
      resources.set(token, resource);
      return token;
    },
    isFor: (token, resource) => resources.get(token) === resource,
  };
}
