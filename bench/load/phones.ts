import { createHash, createPrivateKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { createPhone } from "../../local/phone/acts/phone.ts";
import { signIn } from "../../local/phone/cli/tokens.ts";
import { type PrivateJwk, publicJwk } from "../../local/phone/protocol/keys.ts";

/** A registered phone of an owner of its own, on which backup is on, and what its requests are built from. */
export interface LoadPhone {
  readonly origin: string;
  readonly token: string;
  readonly userId: string;
  readonly userKeyId: string;
  /** A new device proof (RFC 9449). */
  readonly prove: (method: string, path: string) => string;
}

/** How many phones register at the same time. */
const AT_ONCE = 16;

/** A running service, and the development issuer that it trusts: origins. */
export interface Place {
  readonly origin: string;
  readonly issuer: string;
}

/** Registers phones of owners that nobody has been before, and turns their backups on. */
export async function registerPhones(place: Place, count: number): Promise<LoadPhone[]> {
  const phones: LoadPhone[] = [];
  const run = randomBytes(6).toString("base64url");
  let begun = 0;
  async function registerSome(): Promise<void> {
    while (begun < count) phones.push(await registerPhone(place, `bench-${run}-${begun++}`));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, registerSome));
  return phones;
}

async function registerPhone({ origin, issuer }: Place, owner: string): Promise<LoadPhone> {
  const token = await signIn(issuer, owner, fetch);
  const phone = await createPhone({
    origin,
    platform: "android",
    version: "6.8.0",
    name: "Pixel",
    token: async () => token,
  });
  for (const result of [await phone.register(), await phone.enable()]) {
    if (!result.ok) throw new Error(`refused while making ready: ${JSON.stringify(result.problem)}`);
  }
  const { keys, owner: registered, userKey } = phone.state();
  if (!registered || !userKey) throw new Error("the phone has no owner or no user key");
  return {
    origin,
    token,
    userId: registered.userId,
    userKeyId: userKey.id,
    prove: prover(keys.signing, origin, token),
  };
}

/** Signs synchronously with node:crypto: the phone's own signing takes several times as long. */
function prover(signing: PrivateJwk, origin: string, token: string): LoadPhone["prove"] {
  const key: KeyObject = createPrivateKey({ format: "jwk", key: signing });
  const header = encode({ typ: "dpop+jwt", alg: "ES256", jwk: publicJwk(signing) });
  const ath = createHash("sha256").update(token, "ascii").digest("base64url");
  return (htm, path) => {
    const jti = randomBytes(16).toString("base64url");
    const iat = Math.floor(Date.now() / 1000);
    const signed = `${header}.${encode({ jti, htm, htu: origin + path, iat, ath })}`;
    const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
