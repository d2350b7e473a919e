/** A request target's parts, as they were sent: nothing decoded. */
export interface Target {
  readonly path: string;
  /** Without the `?`; empty if there is none. */
  readonly query: string;
}

/** Splits a request target in origin form or absolute form (RFC 9112, section 3.2). */
export function splitTarget(target: string): Target {
  const origin = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = origin.indexOf("?");
  return mark < 0
    ? { path: origin || "/", query: "" }
    : { path: origin.slice(0, mark) || "/", query: origin.slice(mark + 1) };
}

/** One character of UTF-8, percent-encoded. Anything else stays as it was sent. */
const ESCAPED_CHARACTER =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-4](?:%[89ab][\da-f]){3}/gi;

/**
 * The path that routes are matched against, as Kestrel makes it: escapes undone except `%2F`, malformed ones
 * left alone, then dot segments removed (RFC 3986, section 5.2.4).
 * @returns `undefined` if the path holds a NUL, which Kestrel refuses
 */
export function decodePath(path: string): string | undefined {
  const decoded = path.includes("%") ? path.replace(ESCAPED_CHARACTER, decodeCharacter) : path;
  if (decoded.includes("\0")) return undefined;
  return decoded.includes("/.") ? removeDotSegments(decoded) : decoded;
}

function decodeCharacter(escaped: string): string {
  if (escaped === "%2F" || escaped === "%2f") return escaped;
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped; // overlong, or a surrogate
  }
}

function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.slice(1).split("/");
  for (const [index, segment] of segments.entries()) {
    if (segment !== "." && segment !== "..") {
      kept.push(segment);
      continue;
    }
    if (segment === "..") kept.pop();
    if (index === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}`;
}
