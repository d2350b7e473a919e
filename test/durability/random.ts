/** Randomness that a seed repeats: what a failed run chose can be chosen again. */
export interface Random {
  /** An integer from 0 up to, but not including, `limit`. */
  below(limit: number): number;
  /** True with the probability `p`, 0 to 1. */
  chance(p: number): boolean;
}

/** Mulberry32 (Tommy Ettinger, public domain): a generator with 32 bits of state. */
export function seeded(seed: number): Random {
  let state = seed | 0;

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  return { below: (limit) => Math.floor(next() * limit), chance: (p) => next() < p };
}
