/** A time as it is said here, to the minute: "2026-11-22 09:00". @param timeZone this machine's when left out */
export function timeOf(at: string, timeZone?: string): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return at;
  // Sweden writes dates and times as ISO 8601 does, which nobody takes for another one.
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return format.format(time);
}

const UNITS = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

/** A span as people say it, in its two largest units: "3 days", "1 day 12 hours". */
export function spanOf(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [length, unit] of UNITS) {
    const count = Math.floor(left / length);
    left %= length;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.slice(0, 2).join(" ") || "0 seconds";
}
