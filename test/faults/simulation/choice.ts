import { PROOF_WINDOW } from "../../../shared/identity/proof.ts";
import type { ListedRecovery } from "../../../shared/model/recovery.ts";
import {
  listPhones,
  readKey,
  readStatus,
  register,
  registerAnew,
  rename,
  replay,
  revoke,
  turnOn,
  upload,
} from "./acts.ts";
import { isGone, isPresent, type Member, restart } from "./family.ts";
import { approve, chooseWait, deny, liftFreeze } from "./otherPhonesActs.ts";
import { cancel, open, readRecovery, recover } from "./recoveryActs.ts";
import { isFrozen, mayLift, mayUse } from "./state.ts";

type Act = (member: Member) => Promise<void>;

/** What phones do, and how often, in proportion to the weights. */
type Choices = readonly (readonly [weight: number, act: Act])[];

/** A phone that is registered, and has no key yet. */
const beginning: Choices = [
  [4, turnOn],
  [8, recover],
  [1, readKey],
  [2, readStatus],
  [1, listPhones],
  [1, rename],
  [1, revokeAnother],
  [1, chooseAnyWait],
  [1, answerAnother],
];

const using: Choices = [
  [20, (member) => upload(member)],
  [5, readStatus],
  [3, readKey],
  [3, listPhones],
  [4, recover],
  [2, openOwn],
  [3, readOwnRecovery],
  [3, rename],
  [1, revokeAnother],
  [3, replayOverheard],
  [4, chooseAnyWait],
  [2, answerAnother],
];

/** A phone whose recovery waits. */
const waiting: Choices = [
  [6, openOwn],
  [2, recover],
  [1, cancelOwn],
  [1, readOwnRecovery],
  [1, readKey],
  [1, answerAnother],
];

/** While the backup is frozen. */
const frozen: Choices = [
  [3, liftFreeze],
  [1, recover],
  [1, openOwn],
  [1, answerAnother],
  [1, readKey],
  [1, readStatus],
  [1, chooseAnyWait],
  [1, revokeAnother],
];

/** Waiting times that owners choose, in seconds: up to the length of the nights that sometimes pass. */
const WAITS = [0, 600, 3_600, 4 * 3_600, 8 * 3_600];

/** Has the phone do the next thing. Mostly it first repeats an act whose outcome it does not know. */
export async function nextAct(member: Member): Promise<void> {
  const { family, unfinished } = member;
  const { random } = family.world;
  if (random.chance(0.05)) await restart(member);
  if (unfinished && random.chance(0.8)) return await unfinished.again();
  const { owner, userKey, recovery } = member.phone.state();
  if (!owner) return await (random.chance(0.9) ? register : readStatus)(member);
  if (isGone(member) && random.chance(0.2)) return await registerAnew(member);

  const state = family.journal.latest();
  const { deviceId } = member.phone;
  if (mayLift(state, deviceId) && random.chance(0.3)) return await liftFreeze(member);
  const isAsked = shownOthers(member).some((shown) => shown.state === "waiting");
  const mayApprove = mayUse(state, deviceId, "holder", family.world.clock.time);
  if (isAsked && random.chance(mayApprove ? 0.4 : 0.1)) return await answerAnother(member);

  let choices = userKey ? using : beginning;
  if (recovery && random.chance(0.5)) choices = waiting;
  else if (isFrozen(state) && random.chance(0.5)) choices = frozen;
  let drawn = random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, act] of choices) {
    if (drawn < weight) return await act(member);
    drawn -= weight;
  }
}

async function chooseAnyWait(member: Member): Promise<void> {
  await chooseWait(member, any(member, WAITS) ?? 0);
}

async function readOwnRecovery(member: Member): Promise<void> {
  const recoveryId = any(member, [...member.recoveries]);
  await (recoveryId ? readRecovery(member, recoveryId) : readStatus(member));
}

/** The recovery that waits; sometimes an earlier one. */
async function openOwn(member: Member): Promise<void> {
  const recoveryId = ownRecovery(member);
  await (recoveryId ? open(member, recoveryId) : recover(member));
}

async function cancelOwn(member: Member): Promise<void> {
  const recoveryId = ownRecovery(member);
  await (recoveryId ? cancel(member, recoveryId) : readStatus(member));
}

function ownRecovery(member: Member): string | undefined {
  const present = member.phone.state().recovery?.recoveryId;
  const isAny = member.family.world.random.chance(0.1);
  return isAny ? any(member, [...member.recoveries]) : (present ?? any(member, [...member.recoveries]));
}

/** Recoveries of other phones, as the status lists them. */
function shownOthers({ family, phone }: Member): readonly ListedRecovery[] {
  const { owner } = family.journal.latest();
  return owner?.recoveries.filter(({ deviceId }) => deviceId !== phone.deviceId) ?? [];
}

/** Approves or denies a recovery: first those that wait, and sometimes one that is over. */
async function answerAnother(member: Member): Promise<void> {
  const { world, journal } = member.family;
  const shown = shownOthers(member);
  const waits = shown.filter(({ state }) => state === "waiting");
  const listed = (waits.length > 0 ? waits : shown).map(({ recoveryId }) => recoveryId);
  const isListed = world.random.chance(0.9);
  const recoveryId = any(member, isListed ? listed : [...journal.latest().recoveries.keys()]);
  if (recoveryId === undefined) return await readStatus(member);
  await (world.random.chance(0.7) ? approve : deny)(member, recoveryId);
}

async function revokeAnother(member: Member): Promise<void> {
  const other = any(member, member.family.members.filter(isPresent));
  await (other ? revoke(member, other) : listPhones(member));
}

function any<Item>({ family }: Member, items: readonly Item[]): Item | undefined {
  return items.length > 0 ? items[family.world.random.below(items.length)] : undefined;
}

/** A request whose proof is still valid; preferably from a phone that has been revoked since. */
async function replayOverheard(member: Member): Promise<void> {
  const { overheard, world } = member.family;
  const fresh = overheard.filter(({ time }) => world.clock.time - time < PROOF_WINDOW * 1000);
  const revoked = fresh.filter(({ member }) => isGone(member));
  const candidates = revoked.length > 0 ? revoked : fresh;
  const chosen = any(member, candidates);
  await (chosen ? replay(chosen) : readStatus(member));
}
