import { MOST_OPEN_ACTIVATIONS, type OpenActivations } from "../model/activation.ts";

type Listed = OpenActivations["activations"][number];

/** Those whose time is not over. @param now milliseconds since the epoch */
export function stillOpen(open: OpenActivations | undefined, now: number): Listed[] {
  return (open?.activations ?? []).filter(({ expiresAt }) => now < Date.parse(expiresAt));
}

/** Whether there is no room for another. */
export function isFull(activations: readonly Listed[]): boolean {
  return activations.length >= MOST_OPEN_ACTIVATIONS;
}

/** When the first of them is over. @returns RFC 3339 */
export function freesAt(activations: readonly Listed[]): string {
  const [first = ""] = activations.map(({ expiresAt }) => expiresAt).toSorted();
  return first;
}
