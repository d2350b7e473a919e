import { decode, encode } from "./jws.ts";
import { digests, member } from "./recoveries.ts";
import { type Case, type Changes, MARKER, type Scene } from "./scene.ts";

type Members = Readonly<Record<string, unknown>>;

/** The valid wrapped storage secret's five parts, put together again. */
function wrapped(assemble: (parts: readonly string[]) => string) {
  return ({ body }: Scene): Changes => ({
    body: JSON.stringify({
      ...body,
      wrappedStorageSecret: assemble(String(body?.wrappedStorageSecret).split(".")),
    }),
  });
}

/** The same with other bytes in one part. */
function part(index: number, change: (part: string) => string) {
  return wrapped((parts) => parts.map((part, at) => (at === index ? change(part) : part)).join("."));
}

/** The same with other members in its header; `undefined` leaves one out. */
function header(members: Members | ((header: Members) => unknown)) {
  return part(0, (encoded) => {
    const own = decode(encoded);
    return encode(typeof members === "function" ? members(own) : { ...own, ...members });
  });
}

/** Wrapped storage secrets that are none of ours, in each of their parts. */
const wrappedBadly: Readonly<Record<string, Case[2]>> = {
  nothing: wrapped(() => ""),
  garbage: wrapped(() => MARKER),
  "five parts of nothing": wrapped(() => "...."),
  "four parts": wrapped((parts) => parts.slice(0, 4).join(".")),
  "six parts": wrapped((parts) => [...parts, MARKER].join(".")),
  "a line break behind it": wrapped((parts) => `${parts.join(".")}\n`),
  "no header": part(0, () => ""),
  "a header that is not base64url": part(0, () => `${MARKER}+/`),
  "a header that is not JSON": part(0, () => MARKER),
  "a header that is a list": header((own) => [own]),
  "a header that is null": header(() => null),
  "a header of 1,025 characters": part(0, () => encode(MARKER.repeat(60)).slice(0, 1025)),
  "a member twice": part(0, (encoded) =>
    Buffer.from(JSON.stringify(decode(encoded)).replace("{", '{"alg":"none",')).toString("base64url"),
  ),
  "a member more": header({ [MARKER]: MARKER }),
  "a key in the header": header({ jwk: { kty: "oct", k: MARKER } }),
  "an ephemeral key": header({ epk: { kty: "EC", d: MARKER } }),
  "a compressed content": header({ zip: "DEF" }),
  "a critical extension": header({ crit: [MARKER], [MARKER]: 1 }),
  "another alg": header({ alg: "A256KW" }),
  "alg none": header({ alg: "none" }),
  "another enc": header({ enc: "A128CBC-HS256" }),
  "another use": header({ use: MARKER }),
  ...Object.fromEntries(
    ["alg", "enc", "use", "kid", "uid"].map((name) => [`no ${name}`, header({ [name]: undefined })]),
  ),
  "another user key's kid": header({ kid: MARKER.padEnd(22, "A") }),
  "a kid of another length": header({ kid: MARKER }),
  "another owner's uid": header({ uid: MARKER.padEnd(43, "A") }),
  "a uid of another length": header({ uid: MARKER }),
  "an encrypted key": part(1, () => MARKER),
  "a short initialization vector": part(2, (iv) => iv.slice(1)),
  "a long initialization vector": part(2, (iv) => `${iv}A`),
  "no ciphertext": part(3, () => ""),
  "a ciphertext of 31 bytes": part(3, (text) => text.slice(1)),
  "a ciphertext of 33 bytes": part(3, (text) => `${text}A`),
  "a ciphertext with padding": part(3, (text) => `${text}=`),
  "a short tag": part(4, (tag) => tag.slice(1)),
  "a long tag": part(4, (tag) => `${tag}A`),
};

/** What a recovery key can't be set up with. */
export const recoveryKeyMaterial: readonly Case[] = [
  member("storageCheck", undefined, "left out"),
  member("recoveryKeyCheck", undefined, "left out"),
  member("wrappedStorageSecret", undefined, "left out"),
  ...digests("storageCheck"),
  ...digests("recoveryKeyCheck"),
  member("storageCheck", MARKER.padEnd(43, "A"), "another storage account's", "storage-account-mismatch"),
  member("recoveryKey", MARKER, "the recovery key itself"),
  member("wrappedStorageSecret", { kty: "oct", k: MARKER }, "a key in its place", "private-key-refused"),
  ...Object.entries(wrappedBadly).map(
    ([title, changes]): Case => [`wrappedStorageSecret: ${title}`, "recovery-key-invalid", changes],
  ),
];
