import { readFileSync } from "node:fs";

/** The vectors of one step, which the test expects to be a `T`. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), "utf8")) as T;
}
