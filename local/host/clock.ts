import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import type { System } from "../../shared/system.ts";
import { Unusable } from "../embedded/unusable.ts";

/** A clock that goes as the machine's does, and can be moved on: waiting times and freezes end while one looks. */
export interface Clock {
  readonly now: System["now"];
  /** Seconds by which it is ahead of the machine's. */
  readonly ahead: () => number;
  /** Moves it on. @param seconds a positive whole number @throws {RangeError} more than {@link MOST} in all */
  readonly advance: (seconds: number) => Promise<void>;
}

/** Seconds that a clock may be ahead: a hundred years. */
export const MOST = 100 * 365 * 86_400;

const kept = z.strictObject({ aheadSeconds: z.int().min(0).max(MOST) });

/**
 * A clock that is kept in `file`: a restart never goes back to a time that the data has seen pass.
 * @throws {Unusable} the file holds something else
 */
export async function openClock({ file, now }: { file: string } & Pick<System, "now">): Promise<Clock> {
  let ahead = await read(file);
  let moving = Promise.resolve();

  async function move(seconds: number): Promise<void> {
    const next = ahead + seconds;
    if (next > MOST) throw new RangeError(`a clock is at most ${MOST} seconds ahead`);
    // Kept first: what happens at the new time happens after it.
    await write(file, next);
    ahead = next;
  }

  return {
    now: () => now() + ahead * 1000,
    ahead: () => ahead,
    advance(seconds) {
      // One after the other, whether the one before could be kept or not.
      const moved = moving.then(() => move(seconds));
      moving = moved.catch(() => {});
      return moved;
    },
  };
}

async function read(file: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
  try {
    return kept.parse(JSON.parse(text)).aheadSeconds;
  } catch (cause) {
    throw new Unusable(`${file} doesn't say how far the clock is ahead; delete it, and it is not`, { cause });
  }
}

async function write(file: string, aheadSeconds: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify({ aheadSeconds })}\n`, { mode: 0o600, flush: true });
  await rename(draft, file);
}
