import { createHmac } from "node:crypto";
import { generateKeys, publicJwk } from "../../local/phone/protocol/keys.ts";
import { decode, encode, type Parts, split } from "./jws.ts";
import { validProof } from "./proofs.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

type Members = Readonly<Record<string, unknown>>;

const header = (members: Members): Changes => ({ proof: { header: members } });

/** The public key in the proof's header, with other members. */
function jwk(members: Members | ((jwk: Members) => unknown)) {
  return ({ phone }: Scene): Changes => {
    const own = publicJwk(phone.state().keys.signing);
    return header({ jwk: typeof members === "function" ? members(own) : { ...own, ...members } });
  };
}

/** The parts of the valid proof, put together again. */
function assembled(assemble: (parts: Parts) => string) {
  return async (scene: Scene): Promise<Changes> => ({
    headers: { DPoP: assemble(split(await validProof(scene))) },
  });
}

/** `alg: HS256`, the public key in the header being the secret: RFC 8725, section 2.1. */
const symmetric = assembled(({ header, payload }) => {
  const { jwk } = decode(header);
  const input = `${encode({ typ: "dpop+jwt", alg: "HS256", jwk })}.${payload}`;
  return `${input}.${createHmac("sha256", JSON.stringify(jwk)).update(input).digest("base64url")}`;
});

/** Proofs whose header, key or signature is not a phone's. */
export const proofKeys: readonly Case[] = [
  ["of the wrong typ", "proof-invalid", header({ typ: "JWT" })],
  ["without typ", "proof-invalid", header({ typ: undefined })],
  [
    "of alg none",
    "proof-invalid",
    assembled(({ header, payload }) => {
      const { jwk } = decode(header);
      return `${encode({ typ: "dpop+jwt", alg: "none", jwk })}.${payload}.`;
    }),
  ],
  ["of alg HS256 with the public key as secret", "proof-invalid", symmetric],
  ["with header members that nobody asked for", "proof-invalid", header({ kid: MARKER })],
  ["with a key to fetch", "proof-invalid", header({ jku: `https://${MARKER}.example` })],
  [
    "with the private key in its header",
    "proof-invalid",
    ({ phone }) => header({ jwk: phone.state().keys.signing }),
  ],
  ["with members more in its key", "proof-invalid", jwk({ kid: MARKER })],
  ["with a key off the curve", "proof-invalid", jwk({ y: MARKER.padEnd(43, "A") })],
  ["with the point at zero", "proof-invalid", jwk({ x: "A".repeat(43), y: "A".repeat(43) })],
  ["with a key without y", "proof-invalid", jwk({ y: undefined })],
  ["with short coordinates", "proof-invalid", jwk({ x: MARKER })],
  ["with a key of another curve", "proof-invalid", jwk({ crv: "P-384" })],
  ["with a symmetric key", "proof-invalid", jwk(() => ({ kty: "oct", k: MARKER }))],
  ["with a key that is no object", "proof-invalid", jwk(() => MARKER)],
  ["without a key", "proof-invalid", jwk(() => undefined)],
  [
    "signed with another key than it shows",
    "proof-invalid",
    async () => ({
      proof: { key: (await generateKeys()).signing },
    }),
  ],
  ["unsigned", "proof-invalid", assembled(({ header, payload }) => `${header}.${payload}.`)],
  [
    "with a garbled signature",
    "proof-invalid",
    assembled(({ header, payload }) => `${header}.${payload}.${MARKER}`),
  ],
  [
    "with other claims under its signature",
    "proof-invalid",
    assembled(({ header, payload, signature }) => {
      return `${header}.${encode({ ...decode(payload), jti: MARKER })}.${signature}`;
    }),
  ],
  [
    "whose claims are a list",
    "proof-invalid",
    assembled(({ header, signature }) => `${header}.${encode([MARKER])}.${signature}`),
  ],
];
