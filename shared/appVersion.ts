import type { Platform } from "./words.ts";

/** The oldest app that can back up and recover, by platform [A1, A2]. The configuration may ask for a newer one. */
export const MINIMUM_VERSION: Readonly<Record<Platform, string>> = { ios: "5.7.0", android: "6.6.0" };

/** One to four numbers with dots between. */
const FORM = /^\d{1,5}(\.\d{1,5}){0,3}$/;

export function isAppVersion(text: string): boolean {
  return FORM.test(text);
}

/** Compares as numbers: 6.10.0 is newer than 6.6.0, 5.7 the same as 5.7.0 [A3]. Both of the form above. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
