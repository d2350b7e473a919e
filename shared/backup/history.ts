/** Versions that are kept whatever their age [H1]. */
export const NEWEST = 10;

/** Past days of which the last version is kept, today among them [H1]. */
export const DAYS = 30;

const DAY = 24 * 60 * 60 * 1000;

/**
 * Thins a history: the newest {@link NEWEST}, and the last of each of the past {@link DAYS} days (UTC).
 * @param versions newest first
 * @param now milliseconds since the epoch
 * @returns both newest first
 */
export function thin<V extends { readonly uploadedAt: string }>(
  versions: readonly V[],
  now: number,
): { kept: V[]; dropped: V[] } {
  const today = Math.floor(now / DAY);
  const days = new Set<number>();
  const kept: V[] = [];
  const dropped: V[] = [];
  versions.forEach((version, at) => {
    const day = Math.floor(Date.parse(version.uploadedAt) / DAY);
    const lastOfItsDay = !days.has(day);
    days.add(day);
    (at < NEWEST || (lastOfItsDay && today - day < DAYS) ? kept : dropped).push(version);
  });
  return { kept, dropped };
}
