import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** What the rules may not reach for themselves: passed in, so that a test decides what they are. */
export interface System {
  /** The time in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** `size` cryptographically strong random bytes. */
  readonly random: (size: number) => Uint8Array;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** The machine's own clock and randomness. */
export const system: System = {
  now: () => Date.now(),
  random: (size) => randomBytes(size),
  wait: (milliseconds) => sleep(milliseconds),
};

/** `size` random bytes as base64url: an id nobody can guess from 16 bytes up. */
export function randomId({ random }: Pick<System, "random">, size = 16): string {
  return Buffer.from(random(size)).toString("base64url");
}
