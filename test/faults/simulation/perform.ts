import assert from "node:assert/strict";
import type { Result } from "../../../local/phone/acts/problem.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { NoAnswer } from "../faultyService.ts";
import type { Partition } from "../partition.ts";
import type { Member } from "./family.ts";
import { inspect } from "./inspect.ts";
import type { Moments } from "./journal.ts";
import { isFrozen, lacksBackup, mayUse, phoneOf } from "./state.ts";

export type Refusal = Extract<Result<unknown>, { ok: false }>;

interface Rules<R> {
  /** How the phone must stand to the backup; when left out, any registered phone is answered. */
  readonly standing?: "guarded" | "holder";
  /** Whether the problem with this code is true. */
  readonly mayRefuse?: (code: ProblemCode, moments: Moments, now: Partition, refusal: Refusal) => boolean;
  /** What has to hold, and what is known from then on. */
  readonly answered?: (answer: Extract<R, { ok: true }>, moments: Moments, now: Partition) => void;
  /** Repeats it if its outcome is unknown. Reading needs no repeat. */
  readonly again?: () => Promise<void>;
}

/** Refusals that only mean "too early": the outcome is known, though the phone may ask again. */
const TOO_EARLY: readonly string[] = ["too-many-tries", "recovery-waiting"];

/** Has a phone do one thing, and compares first the answer, then the store, with what must be true. */
export async function perform<R extends Result<unknown>>(
  member: Member,
  title: string,
  call: () => Promise<R>,
  { standing, mayRefuse = () => false, answered, again }: Rules<R>,
): Promise<ProblemCode | undefined> {
  const { family } = member;
  const { deviceId } = member.phone;
  const isRepeat = member.unfinished?.title === title;
  member.faults = 0;
  const answer = await call().catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  const { moments } = member;
  const said = answer === undefined ? "no answer" : answer.ok ? String(answer.status) : answer.problem.code;
  family.trace.push(`${member.label} ${title}${isRepeat ? " again" : ""}: ${said}`);
  const now = await inspect(family);

  const isTooEarly = answer?.ok === false && TOO_EARLY.includes(answer.problem.code);
  if (answer === undefined || (!answer.ok && answer.problem.retryable && !isTooEarly)) {
    if (answer) checkRetryable(answer, member);
    if (again) member.unfinished = { title, again };
    return undefined;
  }
  // It gives up what it had left unfinished before, and did not repeat now.
  if (again) member.unfinished = undefined;
  assert.equal(member.faults, 0, "a fault went unnoticed");
  if (answer.ok) {
    assert(
      moments.some((state) => phoneOf(state, deviceId) !== undefined),
      "a phone that is not registered is served",
    );
    if (standing) {
      const might = moments.some((state, at) => mayUse(state, deviceId, standing, at));
      assert(might, "a phone did what only one with the backup may, or nobody");
    }
    answered?.(answer as Extract<R, { ok: true }>, moments, now);
    if (again && !isRepeat && member.lastRequest) {
      family.overheard.push({ member, request: member.lastRequest, time: family.world.clock.time });
    }
    return undefined;
  }
  const code = answer.problem.code as ProblemCode;
  const isTrue =
    code === "device-not-registered"
      ? moments.some((state) => !phoneOf(state, deviceId))
      : (standing && mayRefuseStanding(member, standing, code, moments)) ||
        mayRefuse(code, moments, now, answer);
  assert(isTrue, `it was refused: ${code}`);
  return code;
}

/** Whether it is true that the backup is frozen, or that the phone lacks it. */
export function mayRefuseStanding(
  { phone: { deviceId } }: Member,
  standing: "guarded" | "holder",
  code: ProblemCode,
  moments: Moments,
): boolean {
  if (code === "backup-frozen") return moments.some(isFrozen);
  if (code !== "holder-required") return false;
  return moments.some((state, at) => lacksBackup(state, deviceId, standing, at));
}

function checkRetryable({ problem, retryAfter }: Refusal, member: Member): void {
  assert(retryAfter !== undefined && retryAfter > 0, "it may be asked again, but when?");
  if (problem.code !== "busy") assert(member.faults > 0, `${problem.code}, though nothing failed`);
}
