import { MOST_REFUSALS, MOST_REFUSALS_OF_A_PHONE, type RecordedRefusal } from "../model/tries.ts";
import { timestampOf } from "../words.ts";

/** Seconds in which the same refusal of the same phone is recorded once: an app tries again and again. */
const RECORDED_AGAIN = 60;

/**
 * Whether a refusal goes unrecorded, since it was recorded a moment ago, or so many others of its phone were: whoever is
 * refused on purpose must not fill the record, nor keep the store from others.
 * @param now milliseconds since the epoch
 */
export function isFolded(
  refusals: readonly RecordedRefusal[],
  { deviceId }: { readonly deviceId: string },
  code: string,
  now: number,
): boolean {
  const recent = recentOf(refusals, now).filter((refusal) => refusal.deviceId === deviceId);
  return recent.length >= MOST_REFUSALS_OF_A_PHONE || recent.some((refusal) => refusal.code === code);
}

/** The recent refusals with one more; the oldest of its phone makes room, or the oldest of all. */
export function withRefusal(
  refusals: readonly RecordedRefusal[],
  { deviceId }: { readonly deviceId: string },
  code: string,
  now: number,
): RecordedRefusal[] {
  const recent = recentOf(refusals, now).filter(
    (refusal) => refusal.deviceId !== deviceId || refusal.code !== code,
  );
  const own = recent.filter((refusal) => refusal.deviceId === deviceId);
  const oldest = own.length >= MOST_REFUSALS_OF_A_PHONE ? own[0] : undefined;
  const kept = recent.filter((refusal) => refusal !== oldest);
  return [...kept, { deviceId, code, at: timestampOf(now) }].slice(-MOST_REFUSALS);
}

function recentOf(refusals: readonly RecordedRefusal[], now: number): RecordedRefusal[] {
  return refusals.filter(({ at }) => now - Date.parse(at) < RECORDED_AGAIN * 1000);
}
