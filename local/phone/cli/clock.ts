import * as z from "zod";
import type { System } from "../protocol/system.ts";
import { type CommandLine, operandsOf, parseDuration, UsageError } from "./commandLine.ts";
import { type Told, told } from "./outcome.ts";
import { spanOf, timeOf } from "./print/time.ts";

interface Surroundings {
  readonly system: System;
  readonly fetch: typeof globalThis.fetch;
}

const CLOCK_PATH = "/dev/clock";

const clockSchema = z.looseObject({ now: z.iso.datetime(), aheadSeconds: z.int() });

/** Hosts whose clock can be one for development: those of this machine. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * The phone's clock and randomness, with the time of the service where its host tells it: a proof is good for a minute,
 * and the host's clock may have been moved on. Elsewhere the time is this machine's.
 */
export async function atServiceTime(origin: string, { system, fetch }: Surroundings): Promise<System> {
  if (!LOOPBACK.includes(new URL(origin).hostname)) return system;
  // A host that can't be reached is told by the command that needs it.
  const clock = await ask(origin, fetch).catch(() => undefined);
  if (!clock) return system;
  const ahead = Date.parse(clock.now) - system.now();
  return { ...system, now: () => system.now() + ahead };
}

/** Tells the host's clock, or moves it on. @throws {UsageError} there is none at that origin */
export async function clock(line: CommandLine, { fetch }: Surroundings): Promise<Told> {
  const answered = await ask(line.origin, fetch, line.operands.length > 0 ? moveOf(line) : undefined);
  if (!answered) throw new UsageError(`no clock can be moved at ${line.origin}`);
  const { now, aheadSeconds } = answered;
  const ahead = aheadSeconds === 0 ? "as this machine's" : `ahead by ${spanOf(aheadSeconds)}`;
  return told(`The service's clock says ${timeOf(now)}, ${ahead}.`, { now, aheadSeconds });
}

/** Seconds. */
function moveOf(line: CommandLine): number {
  const [move] = operandsOf(line, ["+TIME"]);
  const seconds = move.startsWith("+") ? parseDuration("TIME", move.slice(1)) : 0;
  if (seconds === 0) throw new UsageError("clock takes the time to move on by: +7d, +12h or +600");
  return seconds;
}

/** @returns undefined if the host has no such address */
async function ask(origin: string, fetch: Surroundings["fetch"], seconds?: number) {
  const response = await fetch(new URL(CLOCK_PATH, origin).href, {
    ...(seconds !== undefined && {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ seconds }),
    }),
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new UsageError(`the clock at ${origin} was not moved: HTTP ${response.status}`);
  return clockSchema.parse(await response.json());
}
