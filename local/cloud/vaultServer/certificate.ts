import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { bits, der, explicit, integer, objectId, octets, sequence, set, utcTime, utf8 } from "./der.ts";

const DAY = 24 * 60 * 60_000;
const ECDSA_WITH_SHA256 = sequence(objectId("1.2.840.10045.4.3.2"));
const COMMON_NAME = objectId("2.5.4.3");
const SUBJECT_ALT_NAME = objectId("2.5.29.17");
const BASIC_CONSTRAINTS = objectId("2.5.29.19");

/**
 * A self-signed certificate, X.509 v3 (RFC 5280), good for a day. So no private key has to be in the repository, and no
 * other program is needed to make one.
 * @returns PEM
 */
export function selfSigned(name: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const who = sequence(set(sequence(COMMON_NAME, utf8(name))));
  const certificate = sequence(
    explicit(0, integer(2)),
    integer(1, ...randomBytes(8)),
    ECDSA_WITH_SHA256,
    who,
    sequence(utcTime(Date.now() - DAY), utcTime(Date.now() + DAY)),
    who,
    publicKey.export({ type: "spki", format: "der" }),
    explicit(
      3,
      sequence(
        sequence(SUBJECT_ALT_NAME, octets(sequence(der(0x82, Buffer.from(name))))),
        sequence(BASIC_CONSTRAINTS, octets(sequence(der(0x01, Buffer.of(0xff))))),
      ),
    ),
  );
  const signature = sign("sha256", certificate, privateKey);
  const base64 = sequence(certificate, ECDSA_WITH_SHA256, bits(signature)).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
  };
}
