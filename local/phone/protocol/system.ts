import { randomBytes } from "node:crypto";

/** Clock and randomness, which the steps are given and never fetch: so a vector can fix them. */
export interface System {
  /** The time in milliseconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number;
  /** `size` cryptographically strong random bytes. */
  readonly random: (size: number) => Uint8Array;
}

/** The machine's own clock and randomness. */
export const machine: System = {
  now: () => Date.now(),
  random: (size) => randomBytes(size),
};
