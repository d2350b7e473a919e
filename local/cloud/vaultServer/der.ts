/** Distinguished encoding (ITU-T X.690), as far as a certificate needs it. */

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.byteLength);
  const digits = size.subarray(size.findIndex((byte) => byte !== 0));
  const length = content.byteLength < 0x80 ? size.subarray(3) : [0x80 | digits.byteLength, ...digits];
  return Buffer.from([tag, ...length, ...content]);
}

export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts);
export const octets = (content: Uint8Array) => der(0x04, content);
export const utf8 = (text: string) => der(0x0c, Buffer.from(text));
/** @param content most significant byte first; the first bit must not be set */
export const integer = (...content: readonly number[]) => der(0x02, Buffer.from(content));
export const bits = (content: Uint8Array) => der(0x03, Buffer.of(0), content);
/** @param number of the context-specific, constructed tag */
export const explicit = (number: number, content: Uint8Array) => der(0xa0 | number, content);

/** @param dotted such as `2.5.29.17` */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const groups = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}

/** UTCTime, which ends in 2050: the certificates of tests are valid for a day. */
export function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, Buffer.from(text.slice(2)));
}
