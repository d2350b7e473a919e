import { hash, KeyObject } from "node:crypto";
import { CompactSign, generateKeyPair, importJWK, SignJWT } from "jose";
import { CLIENT, SCOPE } from "../../local/issuer/settings.ts";
import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import { isForRole } from "../../shared/http/endpoint.ts";
import { signInName } from "../support/marking.ts";
import { decode, encode, type Parts, split } from "./jws.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

type Claims = Readonly<Record<string, unknown>>;

/** A token of the development issuer, of those who may call the endpoint; its signature right and its claims not. */
export function issued(claims: Claims, request: Partial<TokenRequest> = {}) {
  return async ({ service, endpoint }: Scene): Promise<Changes> => {
    const of = isForRole(endpoint) ? { kind: endpoint.access.caller } : {};
    return { token: await service.issuer.sign({ owner: signInName("alice"), ...of, ...request }, claims) };
  };
}

/** The parts of the valid token, put together again. */
function assembled(assemble: (parts: Parts) => string) {
  return ({ token }: Scene): Changes => ({ token: assemble(split(token)) });
}

/** The valid token's claims under a signature that anyone can make: HMAC with the issuer's public key. */
async function signedWithPublicKey({ service, token }: Scene): Promise<Changes> {
  const [jwk = {}] = service.issuer.jwks().keys;
  const key = await importJWK(jwk, "ES256");
  if (key instanceof Uint8Array) throw new Error("the issuer's key is no public key");
  const pem = KeyObject.from(key).export({ type: "spki", format: "pem" });
  const forged = new CompactSign(Buffer.from(split(token).payload, "base64url"));
  const header = { alg: "HS256", typ: "at+jwt", kid: jwk.kid ?? "" };
  return { token: await forged.setProtectedHeader(header).sign(Buffer.from(pem)) };
}

/** The valid token's claims, signed by somebody else. */
function signedByStranger(kid: (known: unknown) => unknown) {
  return async ({ token }: Scene): Promise<Changes> => {
    const { header, payload } = split(token);
    const { privateKey } = await generateKeyPair("ES256");
    const known = decode(header);
    return {
      token: await new SignJWT(decode(payload))
        .setProtectedHeader({ ...known, alg: "ES256", kid: kid(known.kid) as string })
        .sign(privateKey),
    };
  };
}

function seconds({ service }: Scene, from: number): number {
  return Math.floor(service.now() / 1000) + from;
}

/** As Entra makes them, of the same audience: an app that is registered as client and service at once. */
const ID_TOKEN: Claims = { nonce: MARKER, scp: undefined, azp: undefined };

export const tokens: readonly Case[] = [
  ["no token", "token-missing", { headers: { Authorization: undefined } }],
  [
    "a token in the address",
    "token-missing",
    ({ path, token }) => ({
      target: `${path}?access_token=${token}`,
      headers: { Authorization: undefined },
    }),
  ],
  ["an empty Authorization", "token-invalid", { headers: { Authorization: "" } }],
  ["Bearer without a token", "token-invalid", { headers: { Authorization: "Bearer" } }],
  ["Basic", "token-invalid", { headers: { Authorization: `Basic ${btoa(`alice:${MARKER}`)}` } }],
  ["DPoP as the scheme", "token-invalid", ({ token }) => ({ headers: { Authorization: `DPoP ${token}` } })],
  ["a token without a scheme", "token-invalid", ({ token }) => ({ headers: { Authorization: token } })],
  [
    "two Authorization headers",
    "token-invalid",
    ({ token }) => ({
      headers: { Authorization: [`Bearer ${token}`, `Bearer ${token}`] },
    }),
  ],
  [
    "text behind the token",
    "token-invalid",
    ({ token }) => ({
      headers: { Authorization: `Bearer ${token} ${MARKER}` },
    }),
  ],
  ["no JWT", "token-invalid", { token: MARKER }],
  ["three parts of nothing", "token-invalid", { token: `${MARKER}.${MARKER}.${MARKER}` }],
  ["five parts", "token-invalid", assembled(({ header }) => `${header}.a.b.c.d`)],
  [
    "claims that are no object",
    "token-invalid",
    assembled(({ header, signature }) => `${header}.${encode([MARKER])}.${signature}`),
  ],
  ["20,000 characters", "token-invalid", { token: MARKER.repeat(1_200) }],

  [
    "alg none",
    "token-invalid",
    assembled(({ payload }) => `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`),
  ],
  ["alg HS256 with the issuer's public key as secret", "token-invalid", signedWithPublicKey],
  [
    "another alg",
    "token-invalid",
    assembled(
      ({ payload, signature }) => `${encode({ alg: MARKER, typ: "at+jwt" })}.${payload}.${signature}`,
    ),
  ],
  ["no signature", "token-invalid", assembled(({ header, payload }) => `${header}.${payload}.`)],
  [
    "a garbled signature",
    "token-invalid",
    assembled(
      ({ header, payload, signature }) => `${header}.${payload}.${signature.split("").reverse().join("")}`,
    ),
  ],
  [
    "a signature that is none",
    "token-invalid",
    assembled(({ header, payload }) => `${header}.${payload}.${MARKER}`),
  ],
  [
    "other claims under the signature",
    "token-invalid",
    assembled(
      ({ header, payload, signature }) =>
        `${header}.${encode({ ...decode(payload), sub: MARKER })}.${signature}`,
    ),
  ],
  ["a stranger's signature under a known kid", "token-invalid", signedByStranger((known) => known)],
  ["a kid that is no text", "token-invalid", signedByStranger(() => [MARKER])],
  ["a stranger's signature without a kid", "token-invalid", signedByStranger(() => undefined)],

  ["another issuer", "token-invalid", issued({ iss: `https://${MARKER}.example/` })],
  ["an issuer that is no text", "token-invalid", issued({ iss: { [MARKER]: 1 } })],
  ["no issuer", "token-invalid", issued({ iss: undefined })],
  ["another audience", "token-invalid", issued({ aud: `api://${MARKER}` })],
  ["audiences without this one", "token-invalid", issued({ aud: [MARKER, 7] })],
  ["no audience", "token-invalid", issued({ aud: undefined })],
  ["an ID token's typ", "token-invalid", issued({ typ: "id+jwt" })],
  ["a proof's typ", "token-invalid", issued({ typ: "dpop+jwt" })],
  ["an unknown typ", "token-invalid", issued({ typ: MARKER })],
  ["no typ", "token-invalid", issued({ typ: "" })],
  ["the typ of another profile", "token-invalid", issued({ typ: "JWT" })],
  ["the typ of another profile, of Entra", "token-invalid", issued({ typ: "at+jwt" }, { profile: "entra" })],
  ["an ID token's nonce", "token-invalid", issued({ nonce: MARKER })],
  ["an ID token's nonce that is null", "token-invalid", issued({ nonce: null })],
  ["an ID token's hash of an access token", "token-invalid", issued({ at_hash: MARKER })],
  ["an ID token's hash of a code", "token-invalid", issued({ c_hash: MARKER })],
  ["an ID token of Entra", "token-invalid", issued(ID_TOKEN, { profile: "entra" })],
  ["an ID token of a personal account", "token-invalid", issued(ID_TOKEN, { profile: "entra-personal" })],
  ["another scope", "token-invalid", issued({ scope: `openid ${MARKER}` })],
  ["a longer scope", "token-invalid", issued({ scope: `${SCOPE}.${MARKER}` })],
  ["the scope in other letters", "token-invalid", issued({ scope: SCOPE.toUpperCase() })],
  ["a scope that is no text", "token-invalid", issued({ scope: { [SCOPE]: MARKER } })],
  ["no scope", "token-invalid", issued({ scope: undefined })],
  ["another scope, of Entra", "token-invalid", issued({ scp: MARKER }, { profile: "entra" })],
  ["another client", "token-invalid", issued({ client_id: MARKER })],
  ["another client beside the right one", "token-invalid", issued({ azp: MARKER })],
  ["a client that is no text", "token-invalid", issued({ client_id: [CLIENT] })],
  ["no client", "token-invalid", issued({ client_id: undefined })],
  ["another client, of Entra", "token-invalid", issued({ azp: MARKER }, { profile: "entra" })],
  [
    "another client, of Entra's first version",
    "token-invalid",
    issued({ appid: MARKER }, { profile: "entra" }),
  ],
  ["expired", "token-expired", async (scene) => issued({ exp: seconds(scene, -6) })(scene)],
  ["no expiry", "token-invalid", issued({ exp: undefined })],
  ["an expiry that is no number", "token-invalid", issued({ exp: MARKER })],
  ["not yet valid", "token-invalid", async (scene) => issued({ nbf: seconds(scene, 6) })(scene)],
  ["a beginning that is no number", "token-invalid", issued({ nbf: MARKER })],
  ["no subject", "token-invalid", issued({ sub: undefined })],
  ["an empty subject", "token-invalid", issued({ sub: "" })],
  ["a subject with half a surrogate pair", "token-invalid", issued({ sub: `${MARKER}\ud800` })],
  ["a subject with the other half", "token-invalid", issued({ sub: `\udfff${MARKER}` })],
  ["a subject with a pair the wrong way around", "token-invalid", issued({ sub: `${MARKER}\udc00\ud800` })],
  ["a tenant with half a surrogate pair", "token-invalid", issued({ tid: `${MARKER}\ud800` })],
  ["a client with half a surrogate pair", "token-invalid", issued({ azp: `${CLIENT}\ud800` })],
  ["a subject that is no text", "token-invalid", issued({ sub: { [MARKER]: 1 } })],

  ["bound to another key", "proof-invalid", issued({}, { cnf: hash("sha256", MARKER, "base64url") })],
  ["bound by text", "token-invalid", issued({ cnf: MARKER })],
  ["bound by null", "token-invalid", issued({ cnf: null })],
  ["bound by a list", "token-invalid", issued({ cnf: [MARKER] })],
  ["bound to nothing", "token-invalid", issued({ cnf: {} })],
  ["bound to a number", "token-invalid", issued({ cnf: { jkt: 7 } })],
  ["bound to a certificate", "token-invalid", issued({ cnf: { "x5t#S256": MARKER } })],

  ["of a work or school account", "work-account-refused", issued({}, { kind: "work-or-school" })],
  [
    "of a work or school account of a tenant that no setting names",
    "work-account-refused",
    issued({}, { kind: "work-or-school", profile: "entra", tenant: "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3" }),
  ],
  [
    "of a tenant that is not the one in its issuer's name",
    "token-invalid",
    issued({ tid: "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3" }, { kind: "work-or-school", profile: "entra" }),
  ],
  [
    "of a tenant that is none",
    "token-invalid",
    issued(
      { iss: "https://issuer.localhost/common/v2.0", tid: "common" },
      { kind: "work-or-school", profile: "entra" },
    ),
  ],
  [
    "of the family itself",
    "token-invalid",
    issued({ iss: "https://issuer.localhost/{tenantid}/v2.0", tid: "{tenantid}" }, { profile: "entra" }),
  ],
  [
    "of the tenant of personal accounts, where no setting names it",
    "token-invalid",
    issued({}, { kind: "work-or-school", profile: "entra", tenant: "9188040d-6c67-4c5b-b112-36a304b66dad" }),
  ],
  ["of an account provider", "provider-refused", issued({}, { kind: "provider" })],
  ["of an operator", "operator-refused", issued({}, { kind: "operator" })],
];
