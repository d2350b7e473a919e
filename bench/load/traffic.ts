import { randomBytes, randomInt } from "node:crypto";
import type { Answer } from "./connection.ts";
import type { LoadPhone } from "./phones.ts";

/** The requests of one connection, one after the other. */
export interface Traffic {
  /** Signs ahead what the next `requests` requests need, before the clock starts. Proofs live for 60 s. */
  prepare(requests: number): void;
  /** The bytes of the next request; undefined when all that was signed is used up. */
  next(): readonly Uint8Array[] | undefined;
  /** Takes the answer to the last request. @throws {Error} it is not the answer that is being measured */
  answered(answer: Answer): void;
}

/** A GET, which may carry one proof for as long as that lives: the service verifies it each time nevertheless. */
export function reads(phone: LoadPhone, path: string): Traffic {
  let request: readonly Uint8Array[] = [];
  return {
    prepare: () => {
      request = [encodeHead(phone, "GET", path, phone.prove("GET", path), { length: 0 })];
    },
    next: () => request,
    answered: (answer) => expectStatus(answer, 200),
  };
}

/** POST /v1/recoveries: each request begins another recovery. */
export function recoveries(phone: LoadPhone): Traffic {
  const path = "/v1/recoveries";
  const body = Buffer.from('{"accounts":[]}');
  let requests: (readonly Uint8Array[])[] = [];
  const build = () => {
    const headers = { "Idempotency-Key": randomBytes(16).toString("base64url") };
    const proof = phone.prove("POST", path);
    return [encodeHead(phone, "POST", path, proof, { length: body.length, headers }), body];
  };
  return {
    prepare: (count) => {
      requests = Array.from({ length: count }, build);
    },
    next: () => requests.pop(),
    answered: (answer) => expectStatus(answer, 201),
  };
}

/**
 * PUT /v1/backup: each request uploads the next version, after the ETag of the last answer.
 * @param bodyBytes of the whole body; it grows by a few with the digits of the version
 * @param accounts how many the manifest names
 */
export function uploads(phone: LoadPhone, bodyBytes: number, accounts = 0): Traffic {
  const path = "/v1/backup";
  const rest = Buffer.from(`..${randomText(12)}.`);
  const entries = Array.from({ length: accounts }, () => ({
    ref: randomText(32),
    kind: "third-party",
    push: false,
  }));
  const end = Buffer.from(`.${randomText(16)}","manifest":${JSON.stringify({ accounts: entries })}}`);
  const opening = encodeOpening(phone, 1);
  const ciphertextBytes = bodyBytes - opening.length - rest.length - end.length;
  let proofs: string[] = [];
  let version = 1;
  let etag: string | undefined;
  return {
    prepare: (count) => {
      proofs = Array.from({ length: count }, () => phone.prove("PUT", path));
    },
    next: () => {
      const proof = proofs.pop();
      if (proof === undefined) return undefined;
      const first = encodeOpening(phone, version);
      const ciphertext = ciphertextOf(ciphertextBytes);
      const length = first.length + rest.length + ciphertext.length + end.length;
      const headers = etag === undefined ? { "If-None-Match": "*" } : { "If-Match": etag };
      return [encodeHead(phone, "PUT", path, proof, { length, headers }), first, rest, ciphertext, end];
    },
    answered: (answer) => {
      expectStatus(answer, 200);
      etag = /\r\netag: ([^\r]+)/i.exec(answer.head)?.[1];
      version += 1;
    },
  };
}

/** Several phones' requests on one connection, in turn. */
export function inTurn(parts: readonly Traffic[]): Traffic {
  let at = -1;
  const current = (): Traffic => {
    const part = parts[at];
    if (!part) throw new Error("nothing to send");
    return part;
  };
  return {
    prepare: (requests) => {
      for (const part of parts) part.prepare(Math.ceil(requests / parts.length));
    },
    next: () => {
      at = (at + 1) % parts.length;
      return current().next();
    },
    answered: (answer) => current().answered(answer),
  };
}

function encodeHead(
  { origin, token }: LoadPhone,
  method: string,
  path: string,
  proof: string,
  { length, headers = {} }: { length: number; headers?: Readonly<Record<string, string>> },
): Buffer {
  const fields = {
    Host: new URL(origin).host,
    Authorization: `Bearer ${token}`,
    DPoP: proof,
    "X-Client-Platform": "android",
    "X-Client-Version": "6.8.0",
    ...(length > 0 && { "Content-Type": "application/json", "Content-Length": String(length) }),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
}

/** The body up to the end of the envelope's header, the part in which versions differ. */
function encodeOpening({ userId, userKeyId }: LoadPhone, ver: number): Buffer {
  const header = { alg: "dir", enc: "A256GCM", kid: userKeyId, uid: userId, plt: "android", ver, ssb: false };
  return Buffer.from(`{"envelope":"${Buffer.from(JSON.stringify(header)).toString("base64url")}`);
}

/**
 * Random bytes, which nobody without the key can tell from a ciphertext. Different ones each time: SQLite writes
 * nothing if a row's new bytes equal its old ones.
 */
function ciphertextOf(length: number): Buffer {
  const from = randomInt(pool.length - length);
  return pool.subarray(from, from + length);
}

const pool = Buffer.from(randomText(3 * 1_024 * 1_024));

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

function expectStatus({ status, head }: Answer, expected: number): void {
  if (status !== expected) throw new Error(`expected ${expected}, got:\n${head}`);
}
