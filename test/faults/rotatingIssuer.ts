import { createIssuer, type Issuer } from "../../local/issuer/issuer.ts";
import { generateKey } from "../../local/issuer/key.ts";
import type { System } from "../../shared/system.ts";

export interface RotatingIssuer extends Issuer {
  /** Signs with a new key from now on. Tokens that were signed with those before stay good. */
  readonly rotate: () => Promise<void>;
  /** When it last did, in milliseconds since the epoch. */
  readonly rotatedAt: () => number;
}

export async function createRotatingIssuer({ now }: Pick<System, "now">): Promise<RotatingIssuer> {
  let signing = createIssuer({ key: await generateKey(), now });
  let keys = signing.jwks().keys;
  let rotatedAt = Number.NEGATIVE_INFINITY;
  return {
    sign: (...asked) => signing.sign(...asked),
    jwks: () => ({ keys }),
    rotate: async () => {
      signing = createIssuer({ key: await generateKey(), now });
      keys = [...signing.jwks().keys, ...keys];
      rotatedAt = now();
    },
    rotatedAt: () => rotatedAt,
  };
}
