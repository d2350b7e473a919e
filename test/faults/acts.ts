import assert from "node:assert/strict";
import type { Contents } from "../../local/phone/accounts.ts";
import type { Result } from "../../local/phone/problem.ts";
import { digestOf } from "../../local/phone/upload.ts";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import { LIMITS } from "../../shared/limits/tries.ts";
import { inspect, type Member, nextContents, type Overheard, restart } from "./family.ts";
import type { Partition } from "./partition.ts";
import { NoAnswer } from "./service.ts";

interface Rules<R> {
  /** Whether the problem with this code is true. */
  readonly mayRefuse?: (code: ProblemCode, now: Partition) => boolean;
  /** What has to hold, and what is known from then on. */
  readonly answered?: (answer: Extract<R, { ok: true }>, now: Partition) => void;
  /** A repeat of it, where it is not known what came of it. Reading needs none. */
  readonly again?: () => Promise<void>;
}

/** Has a phone do one thing, and holds the answer, and then the store, against what must be true. */
async function perform<R extends Result<unknown>>(
  member: Member,
  title: string,
  call: () => Promise<R>,
  { mayRefuse = () => false, answered, again }: Rules<R>,
): Promise<ProblemCode | undefined> {
  const { family } = member;
  const isRepeat = member.unfinished?.title === title;
  const before = member.standing;
  member.faults = 0;
  const answer = await call().catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  const said = answer === undefined ? "no answer" : answer.ok ? String(answer.status) : answer.problem.code;
  family.trace.push(`${member.label} ${title}${isRepeat ? " again" : ""}: ${said}`);
  const now = await inspect(family);

  // It may be asked again tomorrow: that is a refusal like any other.
  const isSpent = answer?.ok === false && answer.problem.code === "too-many-tries";
  if (isSpent) member.backAt = family.world.clock.time + (answer.retryAfter ?? 0) * 1000;
  if (answer === undefined || (!answer.ok && answer.problem.retryable && !isSpent)) {
    if (answer) checkRetryable(answer, member);
    if (again) member.unfinished = { title, again };
    return undefined;
  }
  // What it had left unfinished before, and now does no more, is given up.
  if (again) member.unfinished = undefined;
  assert.equal(member.faults, 0, "a fault went unnoticed");
  if (answer.ok) {
    assert.notEqual(before, "gone", "a phone that was revoked is served");
    assert.notEqual(before, "new", "a phone that was never registered is served");
    answered?.(answer as Extract<R, { ok: true }>, now);
    if (again && !isRepeat && member.lastRequest) {
      family.overheard.push({ member, request: member.lastRequest, time: family.world.clock.time });
    }
    return undefined;
  }
  const code = answer.problem.code as ProblemCode;
  if (code === "device-not-registered") {
    assert.notEqual(member.standing, "registered", "a registered phone is refused");
    return code;
  }
  assert(mayRefuse(code, now), `it was refused: ${code}`);
  return code;
}

function checkRetryable(
  { problem, retryAfter }: Extract<Result<unknown>, { ok: false }>,
  member: Member,
): void {
  assert(retryAfter !== undefined && retryAfter > 0, "it may be asked again, but when?");
  if (problem.code !== "busy") assert(member.faults > 0, `${problem.code}, though nothing failed`);
}

/** A phone that was revoked could register again, as any other with its owner's sign-in: here it does not. */
export async function register(member: Member): Promise<void> {
  if (member.standing === "new") member.standing = "maybe";
  if (member.standing === "leaving" || member.standing === "gone") return await readStatus(member);
  member.registering = true;
  await perform(member, "registers", () => member.phone.register(), {
    answered: () => {
      if (member.standing === "maybe") member.standing = "registered";
      member.registering = false;
    },
    again: () => register(member),
  });
}

/** Registers under another name: a commit that leaves the backup alone. */
export async function rename(member: Member): Promise<void> {
  await restart(member, { name: `${member.label}, renamed ${member.family.trace.length}` });
  await register(member);
}

export async function turnOn(member: Member): Promise<void> {
  await perform(member, "turns backup on", () => member.phone.enable(), {
    mayRefuse: (code, { outcomes }) => code === "backup-already-on" && !outcomes.has(member.lastKey),
    answered: ({ body }) => {
      member.family.ledger.key(body.key.id);
      member.holdsBackup = true;
    },
    again: () => turnOn(member),
  });
}

export async function recover(member: Member): Promise<void> {
  const { ledger, world } = member.family;
  if (world.clock.time < member.backAt) return await readStatus(member);
  member.backAt = 0;
  const acknowledged = ledger.acknowledged();
  if (member.phone.state().unanswered.recover === undefined) member.recoveryFloor = acknowledged;
  await perform(member, "recovers", () => member.phone.recover(), {
    mayRefuse: (code, { outcomes, recoveries, envelopes }) => {
      if (code === "backup-none") return acknowledged === 0;
      if (code === "too-many-tries") return areTriesSpent(member, recoveries);
      const begun = recoveries.get(String(outcomes.get(member.lastKey)?.recoveryId));
      return code === "recovery-not-found" && begun !== undefined && !envelopes.has(begun.version);
    },
    answered: ({ body, contents }) => {
      assert(contents !== undefined, "it waits, though nobody chose that");
      assert(body.version >= member.recoveryFloor, "an older version than one that was acknowledged");
      assert.equal(digestOf(contents), ledger.version(body.version)?.contents, "the contents recovered");
      ledger.key(body.key.id);
      ledger.recovered(member.lastKey, body.recoveryId);
      member.recoveries.push({ id: body.recoveryId, version: body.version });
      member.holdsBackup = true;
    },
    again: () => recover(member),
  });
}

/** Whether so many recoveries began in a day that there may be no more of them: on one phone, or on all together. */
function areTriesSpent({ phone, family }: Member, recoveries: Partition["recoveries"]): boolean {
  const { window, perPhone, perOwner } = LIMITS.recoveries;
  const since = family.world.clock.time - window;
  const begun = [...recoveries.values()].filter(({ startedAt }) => Date.parse(startedAt) > since);
  const own = begun.filter(({ deviceId }) => deviceId === phone.deviceId);
  return begun.length >= perOwner || own.length >= perPhone;
}

export async function upload(
  member: Member,
  contents: Contents = nextContents(member.family),
): Promise<void> {
  const { ledger } = member.family;
  const digest = digestOf(contents);
  ledger.sending(digest);
  const title = `uploads ${contents.accounts.at(-1)?.userName}`;
  const refusal = await perform(member, title, () => member.phone.upload(contents), {
    mayRefuse: (code, now) => {
      ledger.refuse(digest, now);
      return code === "version-changed" || (code === "overwrite-refused" && !member.holdsBackup);
    },
    answered: ({ body }) => ledger.stored(body.version, digest),
    again: () => upload(member, contents),
  });
  // Another phone was faster: it looks at what is there, before it goes over it.
  if (refusal === "version-changed") await readStatus(member);
}

export async function readStatus(member: Member): Promise<void> {
  const { ledger } = member.family;
  const [key, next] = [ledger.keyId(), ledger.nextVersion()];
  await perform(member, "asks for the status", () => member.phone.status(), {
    answered: ({ body }, { owner }) => {
      if (key !== undefined) assert.equal(body.state, "on", "a backup that was on is off");
      assert(body.nextVersion >= next && body.nextVersion <= (owner?.nextVersion ?? 0), "an old status");
      if (body.state === "on") assert.equal(body.current?.version ?? 0, body.nextVersion - 1);
    },
  });
}

export async function readKey(member: Member): Promise<void> {
  const { ledger } = member.family;
  const known = ledger.keyId();
  await perform(member, "asks for the key", () => member.phone.key(), {
    mayRefuse: (code) => code === "backup-off" && known === undefined,
    answered: ({ body }) => ledger.key(body.key.id),
  });
}

export async function listPhones(member: Member): Promise<void> {
  const { members } = member.family;
  const before = new Map(members.map(({ phone, standing }) => [phone.deviceId, standing]));
  await perform(member, "lists the phones", () => member.phone.devices(), {
    answered: ({ body }) => {
      const listed = new Set(body.devices.map(({ deviceId }) => deviceId));
      for (const { phone, standing, label } of members) {
        const stood = before.get(phone.deviceId);
        if (stood === "registered" && standing === "registered") assert(listed.has(phone.deviceId), label);
        if (stood === "gone") assert(!listed.has(phone.deviceId), label);
      }
    },
  });
}

export async function readRecovery(
  member: Member,
  { id, version }: Member["recoveries"][number],
): Promise<void> {
  await perform(member, "reads its recovery", () => member.phone.readRecovery(id), {
    answered: ({ body }) => assert.equal(body.version, version),
  });
}

export async function revoke(member: Member, other: Member): Promise<void> {
  if (other.standing === "registered") other.standing = "leaving";
  await perform(member, `revokes ${other.label}`, () => member.phone.revoke(other.phone.deviceId), {
    answered: () => {
      other.standing = "gone";
    },
    again: () => revoke(member, other),
  });
}

/** Somebody who kept a request sends it again: whatever it is answered, it does nothing. */
export async function replay({ member, request }: Overheard): Promise<void> {
  const { family, standing } = member;
  const answer = await family.world.service.fetch(...request).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  family.trace.push(`somebody repeats a request of ${member.label}: ${answer?.status ?? "no answer"}`);
  if (standing === "gone") assert(!answer?.ok, "a phone that was revoked is served");
  await inspect(family);
}
