import type { IncomingMessage } from "node:http";

/** Kestrel's limits: bytes of the request line with its end, headers, and bytes of all of them. */
const LINE_BYTES = 8 * 1024;
const MOST_HEADERS = 100;
export const HEADER_BYTES = 32 * 1024;

/** A host of RFC 3986 (section 3.2.2), and a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(?::\d{1,5})?$/i;

/**
 * The values of `Host` that are this machine's own on a port, in lower case. A page of another site reaches a service on
 * this machine by a name of its own that it points here ("DNS rebinding"), and the browser takes it for the page's own
 * server: the development issuer would sign it anyone in.
 * @param configured others, as clients write them: the name of a tunnel, an emulator's `10.0.2.2:7071`
 */
export function ownHosts(port: number, configured: readonly string[]): ReadonlySet<string> {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  return new Set([
    ...names.map((name) => `${name}:${port}`),
    ...(port === 80 ? names : []),
    ...configured.map((host) => host.toLowerCase()),
  ]);
}

/**
 * The status with which a request is refused before anyone sees it, undefined where it isn't: as Kestrel does (400, 414,
 * 431), and 421 (RFC 9110, section 15.5.20) where it is not for this host.
 */
export function refusedWith(message: IncomingMessage, own: ReadonlySet<string>): number | undefined {
  const { method = "", url = "", rawHeaders } = message;
  if (method.length + url.length + "  HTTP/1.1\r\n".length > LINE_BYTES) return 414;
  if (rawHeaders.length / 2 > MOST_HEADERS) return 431;
  if (rawHeaders.reduce((bytes, part) => bytes + part.length + 2, 0) > HEADER_BYTES) return 431;
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host");
  const [host = ""] = hosts;
  if (hosts.length !== 1 || !HOST.test(host)) return 400;
  const named = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (named !== undefined && named.toLowerCase() !== host.toLowerCase()) return 400;
  return own.has(host.toLowerCase()) ? undefined : 421;
}

/** A request line that is right but for its method, which node:http doesn't know. */
const REQUEST_LINE = /^[\w!#$%&'*+.^`|~-]+ \S+ HTTP\/1\.[01]\r?\n/;

/** What node:http says of bytes that it does not take for a request. */
export interface Unparsed {
  readonly code?: string;
  readonly bytesParsed?: number;
  readonly rawPacket?: Buffer;
}

/** The status for bytes that node:http does not take for a request: its own, but 404 for a method that it doesn't know. */
export function statusOf({ code, bytesParsed = 0, rawPacket }: Unparsed): number {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    case "HPE_INVALID_METHOD": {
      const text = rawPacket?.toString("latin1") ?? "";
      const line = text.slice(bytesParsed > 0 ? text.lastIndexOf("\n", bytesParsed - 1) + 1 : 0);
      return REQUEST_LINE.test(line) ? 404 : 400;
    }
    default:
      return 400;
  }
}
