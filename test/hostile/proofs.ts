import { hash } from "node:crypto";
import { generateKeys, publicJwk } from "../../local/phone/protocol/keys.ts";
import { type Case, type Changes, MARKER, requestOf, type Scene } from "./scene.ts";

type Members = Readonly<Record<string, unknown>>;

const payload = (members: Members): Changes => ({ proof: { payload: members } });

/** A proof of the valid request. */
export async function validProof(scene: Scene): Promise<string> {
  const { headers } = await requestOf(scene);
  return headers.find(([name]) => name === "DPoP")?.[1] ?? "";
}

/** The address of the valid request as somebody else would write it. */
function htu(change: (url: string, origin: string) => string) {
  return ({ service: { origin }, path }: Scene): Changes => payload({ htu: change(origin + path, origin) });
}

function iat(from: number | undefined) {
  return ({ service }: Scene): Changes =>
    payload({ iat: from === undefined ? undefined : Math.floor(service.now() / 1000) + from });
}

/** A second older than the endpoint takes it. */
function tooOld(scene: Scene): Changes {
  const { access } = scene.endpoint;
  if (access === "anonymous" || "caller" in access) throw new Error("it asks for no proof");
  return iat(access.proof === "spent" ? -301 : -61)(scene);
}

export const proofs: readonly Case[] = [
  ["no proof", "proof-missing", { headers: { DPoP: undefined } }],
  ["an empty proof", "proof-invalid", { headers: { DPoP: "" } }],
  ["garbage", "proof-invalid", { headers: { DPoP: MARKER } }],
  ["three parts of garbage", "proof-invalid", { headers: { DPoP: `${MARKER}.${MARKER}.${MARKER}` } }],
  ["the token as the proof", "proof-invalid", ({ token }) => ({ headers: { DPoP: token } })],
  [
    "two proofs",
    "proof-invalid",
    async (scene) => ({
      headers: { DPoP: [await validProof(scene), await validProof(scene)] },
    }),
  ],
  [
    "the same proof twice",
    "proof-invalid",
    async (scene) => {
      const proof = await validProof(scene);
      return { headers: { DPoP: [proof, proof] } };
    },
  ],

  ["for another method", "proof-invalid", payload({ htm: "PATCH" })],
  [
    "for the method in lower case",
    "proof-invalid",
    ({ endpoint }) => payload({ htm: endpoint.declaration.method.toLowerCase() }),
  ],
  ["for no method", "proof-invalid", payload({ htm: undefined })],
  ["for the address with a slash more", "proof-invalid", htu((url) => url.replace(/(?=\?)|$/, "/"))],
  ["for another scheme", "proof-invalid", htu((url) => url.replace("http:", "https:"))],
  [
    "for another origin",
    "proof-invalid",
    htu((url, origin) => url.replace(origin, `http://${MARKER}.example`)),
  ],
  [
    "for the origin that a proxy names",
    "proof-invalid",
    (scene) => ({
      ...htu((url, origin) => url.replace(origin, `https://${MARKER}.example`))(scene),
      headers: {
        Forwarded: `host=${MARKER}.example;proto=https`,
        "X-Forwarded-Host": `${MARKER}.example`,
        "X-Forwarded-Proto": "https",
      },
    }),
  ],
  ["for another path", "proof-invalid", htu((_, origin) => `${origin}/v1/${MARKER}`)],
  ["for the path alone", "proof-invalid", ({ path }) => payload({ htu: path })],
  ["for no address", "proof-invalid", payload({ htu: undefined })],
  ["old", "proof-expired", tooOld],
  ["from the future", "proof-expired", iat(61)],
  ["of no time", "proof-invalid", iat(undefined)],
  ["of a time that is no number", "proof-invalid", payload({ iat: MARKER })],
  ["for another token", "proof-invalid", payload({ ath: hash("sha256", MARKER, "base64url") })],
  ["for no token", "proof-invalid", payload({ ath: undefined })],
  ["without jti", "proof-invalid", payload({ jti: undefined })],
  ["with a jti of 15 characters", "proof-invalid", payload({ jti: MARKER.slice(0, 15) })],
  ["with a jti of 65 characters", "proof-invalid", payload({ jti: MARKER.padEnd(65, "a") })],
  ["with odd characters in jti", "proof-invalid", payload({ jti: `${MARKER}/+=\0` })],
  ["with a jti that is no text", "proof-invalid", payload({ jti: [MARKER] })],
];

/** Where the phone must be registered: who is not is told to register, whoever's token it found. */
export const strangers: readonly Case[] = [
  [
    "with a key that is not registered",
    "device-not-registered",
    async () => {
      const { signing } = await generateKeys();
      return { proof: { key: signing, header: { jwk: publicJwk(signing) } } };
    },
  ],
];
