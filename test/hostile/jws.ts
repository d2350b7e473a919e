/** The parts of a compact JWS (RFC 7515, section 7.1), still encoded. */
export interface Parts {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

export function split(compact: string): Parts {
  const [header = "", payload = "", signature = ""] = compact.split(".");
  return { header, payload, signature };
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

export function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}
