import {
  constants,
  createCipheriv,
  createECDH,
  generateKeyPairSync,
  hash,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";

const CURVE = "prime256v1";

/** The 65 bytes of a phone's public key. */
const receiver = createECDH(CURVE).generateKeys();

/** What Concat KDF (RFC 7518, section 4.6.2) hashes around the shared secret. */
const ROUND = Buffer.from([0, 0, 0, 1]);
const OTHER_INFO = Buffer.from("\0\0\0\x07A256GCM\0\0\0\0\0\0\0\0\0\0\x01\0", "latin1");

/** One ECDH-ES seal with A256GCM, as a compact JWE. */
export function seal(key: Uint8Array): string {
  const ephemeral = createECDH(CURVE);
  const point = ephemeral.generateKeys();
  const secret = ephemeral.computeSecret(receiver);
  const contentKey = hash("sha256", Buffer.concat([ROUND, secret, OTHER_INFO]), "buffer");
  const x = point.toString("base64url", 1, 33);
  const y = point.toString("base64url", 33);
  const header = Buffer.from(
    `{"alg":"ECDH-ES","enc":"A256GCM","epk":{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}}`,
  ).toString("base64url");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", contentKey, iv).setAAD(Buffer.from(header));
  const ciphertext = cipher.update(key);
  cipher.final();
  return [
    header,
    "",
    ...[iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString("base64url")),
  ].join(".");
}

/** One RSA-OAEP-256 unwrap with a key of 2,048 bits, of as many bytes as the service wraps. */
export function makeUnwrap(): () => Uint8Array {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  const wrapped = publicEncrypt({ key: publicKey, ...padding }, randomBytes(64));
  return () => privateDecrypt({ key: privateKey, ...padding }, wrapped).subarray(0, 32);
}
