import { Stopped } from "../terminal/program.ts";

/**
 * An origin that phones call, as it stands in their proofs. Unlike a deployed service's it may be http on another name
 * than loopback: an emulator's `http://10.0.2.2:7071` leads to this machine.
 * @throws {Stopped} it is none
 */
export function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.origin === text) return text;
  const meant = url && /^https?:$/.test(url.protocol) ? `: ${url.origin}` : ": http://10.0.2.2:7071";
  throw new Stopped(
    `--public-origin is a scheme, a host and a port, without a path or a slash at the end${meant}`,
  );
}
