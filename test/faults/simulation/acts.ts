import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Status } from "../../../local/phone/acts/answers.ts";
import { digestOf } from "../../../local/phone/acts/upload.ts";
import type { Contents } from "../../../local/phone/protocol/accounts.ts";
import { NoAnswer } from "../faultyService.ts";
import { ask } from "./ask.ts";
import { type Member, nextContents, type Overheard, restart } from "./family.ts";
import { inspect } from "./inspect.ts";
import { mayRefuseStanding, perform } from "./perform.ts";
import { mayLift, phoneOf, type State } from "./state.ts";

export async function register(member: Member): Promise<void> {
  member.registering = true;
  await perform(member, "registers", () => member.phone.register(), {
    answered: () => {
      member.registering = false;
    },
    again: () => register(member),
  });
}

/** A phone that was revoked or denied is set up again: it is young from then on, whatever it had begun. */
export async function registerAnew(member: Member): Promise<void> {
  await restart(member, { state: { ...member.phone.state(), unanswered: {} } });
  await register(member);
}

/** Registers under another name: a commit that leaves the backup alone. */
export async function rename(member: Member): Promise<void> {
  await restart(member, { name: `${member.label}, renamed ${member.family.trace.length}` });
  await register(member);
}

export async function turnOn(member: Member): Promise<void> {
  await perform(member, "turns backup on", () => member.phone.enable(), {
    standing: "guarded",
    mayRefuse: (code, _, { outcomes }) => code === "backup-already-on" && !outcomes.has(member.lastKey),
    answered: ({ body }) => member.family.ledger.key(body.key.id),
    again: () => turnOn(member),
  });
}

export async function upload(
  member: Member,
  contents: Contents = nextContents(member.family),
): Promise<void> {
  const { ledger } = member.family;
  const { deviceId } = member.phone;
  const digest = digestOf(contents);
  ledger.sending(digest);
  const title = `uploads ${contents.accounts.at(-1)?.userName}`;
  const refusal = await perform(member, title, () => member.phone.upload(contents), {
    mayRefuse: (code, moments, now) => {
      ledger.refuse(digest, now);
      const mayLack = moments.some((state) => !phoneOf(state, deviceId)?.holdsBackup);
      return (
        code === "version-changed" ||
        (mayLack && (code === "overwrite-refused" || mayRefuseStanding(member, "guarded", code, moments)))
      );
    },
    answered: ({ body }) => ledger.stored(body.version, digest),
    again: () => upload(member, contents),
  });
  // Another phone was faster: look at what is there before overwriting it.
  if (refusal === "version-changed") await readStatus(member);
}

export async function readStatus(member: Member): Promise<void> {
  const { ledger } = member.family;
  const [key, next] = [ledger.keyId(), ledger.nextVersion()];
  await perform(member, "asks for the status", () => member.phone.status(), {
    answered: ({ body }, moments, { owner }) => {
      if (key !== undefined) assert.equal(body.state, "on", "a backup that was on is off");
      assert(body.nextVersion >= next && body.nextVersion <= (owner?.nextVersion ?? 0), "an old status");
      if (body.state === "on") assert.equal(body.current?.version ?? 0, body.nextVersion - 1);
      assert(moments.some(isShown(body)), "recoveries or a freeze are not as they are shown");
    },
  });
}

/** Whether a status shows the freeze, and all recoveries that other phones can answer. */
function isShown(body: Status) {
  const recoveries = body.state === "on" ? body.recoveries : [];
  const shown = recoveries.map(({ recoveryId, state, releaseAt }) => [recoveryId, state, releaseAt]);
  return ({ owner }: State, at: number) => {
    const alive = (owner?.recoveries ?? []).filter(({ expiresAt }) => at < Date.parse(expiresAt));
    const listed = alive.map(({ recoveryId, state, releaseAt }) => [recoveryId, state, releaseAt]);
    return isDeepStrictEqual([shown, body.frozen?.at], [listed, owner?.freeze?.at]);
  };
}

export async function readKey(member: Member): Promise<void> {
  const { ledger } = member.family;
  const known = ledger.keyId();
  await perform(member, "asks for the key", () => member.phone.key(), {
    standing: "guarded",
    mayRefuse: (code) => code === "backup-off" && known === undefined,
    answered: ({ body }) => ledger.key(body.key.id),
  });
}

export async function listPhones(member: Member): Promise<void> {
  await perform(member, "lists the phones", () => member.phone.devices(), {
    answered: ({ body }, moments) => {
      const listed = body.devices.map(({ deviceId }) => deviceId);
      const isTrue = moments.some(({ owner }) =>
        isDeepStrictEqual(listed, owner?.devices.map(({ deviceId }) => deviceId) ?? []),
      );
      assert(isTrue, "phones that are not there, or others than those");
    },
  });
}

export async function revoke(member: Member, other: Member): Promise<void> {
  const { phone, family } = member;
  const { deviceId } = other.phone;
  await perform(member, `revokes ${other.label}`, () => phone.revoke(deviceId), {
    mayRefuse: (code, moments) =>
      member !== other &&
      mayRefuseStanding(member, "guarded", code, moments) &&
      moments.some((state) => !mayLift(state, phone.deviceId)),
    answered: (_, moments) => {
      assert(
        moments.some((state) => !phoneOf(state, deviceId)),
        `${other.label} is there, in ${family.name}`,
      );
    },
    again: () => revoke(member, other),
  });
}

/** Somebody who kept a request sends it again: whatever the answer, it must do nothing. */
export async function replay({ member, request }: Overheard): Promise<void> {
  const { family, phone } = member;
  const { answer, moments } = await ask(family, phone.deviceId, request);
  const response = await answer.catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    return undefined;
  });
  family.trace.push(`somebody repeats a request of ${member.label}: ${response?.status ?? "no answer"}`);
  if (response?.ok) {
    const wasThere = moments.some((state) => phoneOf(state, phone.deviceId) !== undefined);
    assert(wasThere, "a phone that was revoked is served");
  }
  await inspect(family);
}
