import assert from "node:assert/strict";
import type { Result } from "../../../local/phone/acts/problem.ts";
import type { RecoverRequest } from "../../../local/phone/acts/recovery/recovery.ts";
import { digestOf } from "../../../local/phone/acts/upload.ts";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import { NoAnswer } from "../faultyService.ts";
import { type Member, registeredOf, restart } from "./family.ts";
import { inspect } from "./inspect.ts";
import { ask, type Request } from "./request.ts";

interface After<R> {
  /** What is known once it is answered. */
  readonly answered?: (answer: Extract<R, { ok: true }>) => void;
  /** Repeats it if its outcome is unknown. Reading needs no repeat. */
  readonly again?: () => Promise<unknown>;
}

/** Has a phone do one thing, then looks at what is stored. @returns the code of the problem, if there was one */
export async function perform<R extends Result<unknown>>(
  member: Member,
  title: string,
  call: () => Promise<R>,
  { answered, again }: After<R> = {},
): Promise<string | undefined> {
  const { trace, world, overheard } = member.family;
  const isRepeat = member.unfinished?.title === title;
  const at = trace.push(`${new Date(world.clock.time).toISOString()} ${member.label} ${title}`) - 1;
  const answer = await call().catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  const said = answer === undefined ? "no answer" : answer.ok ? String(answer.status) : answer.problem.code;
  trace[at] += `${isRepeat ? " again" : ""}: ${said}`;
  await inspect(member.family);

  if (answer === undefined || (!answer.ok && answer.problem.retryable)) {
    if (again) member.unfinished = { title, again: async () => void (await again()) };
    return said;
  }
  // It gives up what it had left unfinished before, and did not repeat now.
  if (again) member.unfinished = undefined;
  if (!answer.ok) return said;
  answered?.(answer as Extract<R, { ok: true }>);
  const request = world.actor()?.request;
  if (again && !isRepeat && request) overheard.push(request);
  return undefined;
}

/** @param token of another phone, which somebody has stolen */
export async function register(member: Member, token?: () => Promise<string>): Promise<string | undefined> {
  if (token) await restart(member, { token });
  const code = await perform(
    member,
    token ? "registers with another's token" : "registers",
    () => member.phone.register(),
    { again: () => register(member) },
  );
  if (token) await restart(member);
  if (registeredOf(member)) await member.family.world.post.reach(member);
  return code;
}

/** A phone that was removed is set up again: it is young from then on, whatever it had begun. */
export async function registerAnew(member: Member): Promise<void> {
  await restart(member, { state: { ...member.phone.state(), unanswered: {} } });
  await register(member);
}

/** Registers under another name: a commit that leaves the backup alone. */
export async function rename(member: Member): Promise<void> {
  await restart(member, { name: `${member.label}, renamed ${member.family.trace.length}` });
  await register(member);
}

/** The owner signs in again on the phone. */
export function signIn(member: Member): void {
  const { world } = member.family;
  member.signedInAt = Math.floor(world.clock.time / 1000) * 1000;
}

export const turnOn = (member: Member): Promise<string | undefined> =>
  perform(member, "turns backup on", () => member.phone.enable(), { again: () => turnOn(member) });

export const turnOff = (member: Member): Promise<string | undefined> =>
  perform(member, "turns backup off", () => member.phone.disable(), { again: () => turnOff(member) });

export const readStatus = (member: Member) =>
  perform(member, "asks for the status", () => member.phone.status());

export const readKey = (member: Member) => perform(member, "asks for the key", () => member.phone.key());

export const listPhones = (member: Member) =>
  perform(member, "lists the phones", () => member.phone.devices());

export const listVersions = (member: Member) =>
  perform(member, "lists the versions", () => member.phone.versions());

export const refresh = (member: Member): Promise<string | undefined> =>
  perform(member, "refreshes", () => member.phone.refresh(), { again: () => refresh(member) });

export const exportAll = (member: Member): Promise<string | undefined> =>
  perform(member, "exports", () => member.phone.exportAll(), { again: () => exportAll(member) });

/** @param replaces the version that the owner agrees to replace */
export async function upload(
  member: Member,
  contents: Contents,
  replaces?: number,
): Promise<string | undefined> {
  const { ledger } = member.family;
  // Without a key it has nothing to seal with.
  if (!member.phone.state().userKey) return await readKey(member);
  const digest = digestOf(contents);
  ledger.sending(digest);
  const title = `uploads ${contents.accounts.length} accounts${replaces ? ` over ${replaces}` : ""}`;
  const overrides = replaces === undefined ? {} : { replaces };
  const code = await perform(member, title, () => member.phone.upload(contents, overrides), {
    answered: ({ body }) => ledger.stored(body.version, digest),
    again: () => upload(member, contents, replaces),
  });
  // A phone that was removed meanwhile is told nothing of the first try, whose answer it never got.
  if (code !== undefined && code !== "device-not-registered" && !member.unfinished) ledger.refuse(digest);
  // Another phone was faster: look at what is there before overwriting it.
  if (code === "version-changed") await readStatus(member);
  return code;
}

export async function recover(member: Member, wish: RecoverRequest = {}): Promise<string | undefined> {
  const { ledger, world } = member.family;
  const { purpose = "recover", version = "what is current" } = wish;
  const title = purpose === "recover" ? `recovers ${version}` : "starts anew";
  return await perform(member, title, () => member.phone.recover(wish), {
    answered: ({ status, body, contents }) => {
      const key = world.actor()?.request?.idempotencyKey;
      if (status === 201 && key) ledger.recovered(key, body.recoveryId);
      member.recoveries.add(body.recoveryId);
      checkContents(member, body.version, contents);
    },
    again: () => recover(member, wish),
  });
}

function checkContents(
  { family }: Member,
  version: number | undefined,
  contents: Contents | undefined,
): void {
  assert.equal(version === undefined, contents === undefined, "a version comes with its contents");
  if (version === undefined || !contents) return;
  assert.equal(digestOf(contents), family.ledger.version(version)?.contents, "the contents recovered");
}

export const open = (member: Member, recoveryId: string): Promise<string | undefined> =>
  perform(member, "opens its recovery", () => member.phone.open(recoveryId), {
    answered: ({ body, contents }) => checkContents(member, body.version, contents),
    again: () => open(member, recoveryId),
  });

export const readRecovery = (member: Member, recoveryId: string) =>
  perform(member, "reads its recovery", () => member.phone.readRecovery(recoveryId));

export const cancel = (member: Member, recoveryId: string): Promise<string | undefined> =>
  perform(member, "cancels its recovery", () => member.phone.cancel(recoveryId), {
    again: () => cancel(member, recoveryId),
  });

export const approve = (member: Member, recoveryId: string): Promise<string | undefined> =>
  perform(member, `approves ${ownerOf(member, recoveryId)}`, () => member.phone.approve(recoveryId), {
    again: () => approve(member, recoveryId),
  });

export const deny = (member: Member, recoveryId: string): Promise<string | undefined> =>
  perform(member, `denies ${ownerOf(member, recoveryId)}`, () => member.phone.deny(recoveryId), {
    again: () => deny(member, recoveryId),
  });

function ownerOf({ family }: Member, recoveryId: string): string {
  const { deviceId } = family.journal.latest().recoveries.get(recoveryId)?.item ?? {};
  return `the recovery of ${family.members.find(({ phone }) => phone.deviceId === deviceId)?.label}`;
}

export const liftFreeze = (member: Member): Promise<string | undefined> =>
  perform(member, "lifts the freeze", () => member.phone.liftFreeze(), { again: () => liftFreeze(member) });

/** @param waitingSeconds how long new phones will wait */
export const chooseWait = (member: Member, waitingSeconds: number): Promise<string | undefined> =>
  perform(
    member,
    `chooses to wait ${waitingSeconds} s`,
    () => member.phone.choosePolicy({ waitingSeconds }),
    {
      again: () => chooseWait(member, waitingSeconds),
    },
  );

export const revoke = (member: Member, other: Member): Promise<string | undefined> =>
  perform(member, `revokes ${other.label}`, () => member.phone.revoke(other.phone.deviceId), {
    again: () => revoke(member, other),
  });

export const restore = (member: Member, version: number): Promise<string | undefined> =>
  perform(member, `restores ${version}`, () => member.phone.restore(version), {
    again: () => restore(member, version),
  });

export const addContact = (member: Member, address: string): Promise<string | undefined> =>
  perform(member, `adds ${address}`, () => member.phone.addContact("email", address), {
    again: () => addContact(member, address),
  });

export const confirmContact = (
  member: Member,
  contactId: string,
  code: string,
): Promise<string | undefined> =>
  perform(member, "confirms a contact", () => member.phone.confirmContact(contactId, code), {
    again: () => confirmContact(member, contactId, code),
  });

export const removeContact = (member: Member, contactId: string): Promise<string | undefined> =>
  perform(member, "removes a contact", () => member.phone.removeContact(contactId), {
    again: () => removeContact(member, contactId),
  });

/** Somebody who kept a request sends it again: whatever the answer, it must do nothing. */
export async function replay({ member, sent, name }: Request): Promise<void> {
  const { family } = member;
  const response = await ask(member, sent, true).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  family.trace.push(`somebody repeats ${name} of ${member.label}: ${response?.status ?? "no answer"}`);
  await inspect(family);
}
