import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Another port may do: this one is in use, or the system keeps it for itself (Windows reserves ranges). */
const TAKEN: ReadonlySet<string> = new Set(["EADDRINUSE", "EACCES"]);

/**
 * A port of loopback that nobody listens on, for a server whose address must be known before it starts. It is below
 * those that systems give to outgoing connections (32768 on Linux): one of them could be taken before the server
 * listens, or while it is down, even by the request that asks whether it is up.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_240, 32_768);
    const probe = createServer();
    try {
      await once(probe.listen(port, "127.0.0.1"), "listening");
    } catch (error) {
      if (!isTaken(error)) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** Whether a server could not listen since its port is another's. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && TAKEN.has(String(error.code));
}
