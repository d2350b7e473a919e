import { spelt } from "../protocol/secret.ts";
import { type Candidate, nameIn } from "./candidate.ts";

const ALGORITHMS = ["SHA1", "SHA1", "SHA256", "SHA512", "MD5"];
const DIGITS = [6, 6, 8];
const TYPES = ["totp", "hotp", "totp"];

/**
 * The accounts of a QR code that Google Authenticator exports: `otpauth-migration://offline?data=`, a Protocol Buffers
 * message in base64. Its field 1 repeats an account: secret 1, name 2, issuer 3, algorithm 4, digits 5, type 6, counter 7.
 * @throws {RangeError} it is none
 */
export function readMigration(uri: string, place: string): Candidate[] {
  const data = new URLSearchParams(uri.slice(uri.indexOf("?"))).get("data") ?? "";
  // A plus sign in the address reads as a space.
  const bytes = Buffer.from(data.replaceAll(" ", "+"), "base64");
  if (bytes.length === 0) throw new RangeError("no data");
  return fieldsOf(bytes).flatMap(({ field, value }, at) =>
    field === 1 && typeof value !== "bigint"
      ? [accountOf(fieldsOf(value), `${place}, account ${at + 1}`)]
      : [],
  );
}

function accountOf(fields: readonly Field[], place: string): Candidate {
  const find = (wanted: number) => fields.find(({ field }) => field === wanted)?.value;
  const text = (wanted: number) => {
    const value = find(wanted);
    return typeof value === "object" ? value.toString("utf8") : "";
  };
  const number = (wanted: number) => {
    const value = find(wanted);
    return typeof value === "bigint" ? Number(value) : 0;
  };
  const secret = find(1);
  const { issuer: prefix = "", userName } = nameIn(text(2));
  return {
    issuer: (text(3) || prefix).trim(),
    userName: userName.trim(),
    otp: {
      type: TYPES[number(6)],
      secret: typeof secret === "object" ? spelt(secret) : undefined,
      algorithm: ALGORITHMS[number(4)] ?? number(4),
      digits: DIGITS[number(5)] ?? number(5),
      counter: number(7),
    },
    place,
  };
}

interface Field {
  readonly field: number;
  /** Of wire type 0, or 2. */
  readonly value: bigint | Buffer;
}

/** The fields of a message in the wire format of Protocol Buffers. @throws {RangeError} it is cut off, or none */
function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("not a varint");
  }

  while (at < bytes.length) {
    const key = Number(varint());
    const [field, wireType] = [key >>> 3, key & 7];
    if (wireType === 0) {
      fields.push({ field, value: varint() });
    } else if (wireType === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw new RangeError("cut off");
      fields.push({ field, value: bytes.subarray(at, at + length) });
      at += length;
    } else {
      throw new RangeError("not a field that the message has");
    }
  }
  return fields;
}
