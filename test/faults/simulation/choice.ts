import { hasContact } from "../../../shared/contact/contacts.ts";
import { PROOF_AGE } from "../../../shared/identity/proof.ts";
import type { ListedRecovery } from "../../../shared/model/recovery.ts";
import * as acts from "./acts.ts";
import { isGone, type Member, nextContents, registeredOf, restart } from "./family.ts";

import { verify } from "./verifying.ts";

type Act = (member: Member) => Promise<unknown>;

/** What phones do, and how often, in proportion to the weights. */
type Choices = readonly (readonly [weight: number, act: Act])[];

/** A phone that is registered and not trusted. */
const registered: Choices = [
  [4, acts.turnOn],
  [8, acts.recover],
  [3, startAnew],
  [2, acts.readStatus],
  [1, acts.readKey],
  [1, acts.listPhones],
  [1, acts.rename],
  [1, uploadMore],
  [1, revokeAnother],
  [1, answerAnother],
  [1, changeContacts],
  [1, acts.exportAll],
  [2, verify],
];

const trusted: Choices = [
  [40, uploadMore],
  [6, uploadLess],
  [2, uploadNext],
  [3, acts.readStatus],
  [2, acts.readKey],
  [1, acts.listPhones],
  [1, acts.listVersions],
  [1, acts.refresh],
  [1, acts.exportAll],
  [2, recoverAny],
  [1, startAnew],
  [2, openOwn],
  [1, readOwnRecovery],
  [1, acts.rename],
  [1, revokeAnother],
  [2, restoreAny],
  [3, replayOverheard],
  [4, chooseAnyWait],
  [3, answerAnother],
  [3, changeContacts],
  [1, turnOnOrOff],
  [12, verify],
];

/** A phone whose recovery waits. */
const waiting: Choices = [
  [6, openOwn],
  [1, acts.recover],
  [1, startAnew],
  [1, cancelOwn],
  [1, readOwnRecovery],
  [1, answerAnother],
];

/** While the backup is frozen. */
const frozen: Choices = [
  [6, acts.liftFreeze],
  [1, acts.recover],
  [1, openOwn],
  [1, answerAnother],
  [1, acts.readKey],
  [1, acts.readStatus],
  [2, uploadMore],
  [1, chooseAnyWait],
  [1, revokeAnother],
  [1, verify],
];

const DAY = 24 * 60 * 60;

/** Waiting times that owners choose, in seconds. */
const WAITS = [0, 3_600, DAY, DAY, 3 * DAY, 7 * DAY];

/** Has the phone do the next thing. Mostly it first repeats an act whose outcome it does not know. */
export async function nextAct(member: Member): Promise<unknown> {
  const { family, unfinished } = member;
  const { random } = family.world;
  if (random.chance(0.05)) await restart(member);
  if (random.chance(0.7)) acts.signIn(member);
  if (unfinished && random.chance(0.8)) return await unfinished.again();
  const { owner, recovery, challenge } = member.phone.state();
  if (!owner) return await (random.chance(0.9) ? register(member) : acts.readStatus(member));
  if (isGone(member)) return await act(member, gone);

  const { freeze, contacts = [], backup } = family.journal.latest().owner ?? {};
  const isTrusted = registeredOf(member)?.trusted !== undefined;
  const isAsked = shownOthers(member).some((shown) => shown.state === "waiting");
  if (isAsked && random.chance(isTrusted ? 0.4 : 0.1)) return await answerAnother(member);
  if (recovery && random.chance(0.5)) return await act(member, waiting);
  if (freeze && random.chance(0.5)) return await act(member, frozen);
  // The app asks for one as soon as there is something to get back.
  const isAskedFor = isTrusted && backup?.state === "on" && !hasContact({ contacts });
  if (isAskedFor && random.chance(0.3)) return await changeContacts(member);
  if (challenge && random.chance(0.4)) return await verify(member);
  return await act(member, isTrusted ? trusted : registered);
}

const gone: Choices = [
  [3, acts.registerAnew],
  [3, answerAnother],
  [1, acts.readStatus],
  [1, replayOverheard],
];

async function act(member: Member, choices: Choices): Promise<unknown> {
  const { random } = member.family.world;
  let drawn = random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, chosen] of choices) {
    if (drawn < weight) return await chosen(member);
    drawn -= weight;
  }
  return undefined;
}

/** Mostly as itself; sometimes somebody has stolen another phone's token. */
async function register(member: Member): Promise<unknown> {
  const { random } = member.family.world;
  const other = any(member, member.family.members.filter(registeredOf));
  const isStolen = other && random.chance(0.1);
  if (!isStolen && random.chance(0.9)) acts.signIn(member);
  return await (isStolen ? acts.register(member, other.token) : acts.register(member));
}

async function uploadMore(member: Member): Promise<unknown> {
  return await acts.upload(member, nextContents(member.family));
}

/** Loses some accounts. */
async function uploadLess(member: Member): Promise<unknown> {
  const { random } = member.family.world;
  return await acts.upload(member, nextContents(member.family, 1 + random.below(2)));
}

/** Loses most of them: the owner is asked, and agrees. */
async function uploadNext(member: Member): Promise<unknown> {
  const contents = nextContents(member.family, 4 + member.family.world.random.below(3));
  const code = await acts.upload(member, contents);
  const { backup } = member.family.journal.latest().owner ?? {};
  if (code !== "sharp-drop" || backup?.state !== "on") return undefined;
  acts.signIn(member);
  return await acts.upload(member, contents, backup.current);
}

async function startAnew(member: Member): Promise<unknown> {
  return await acts.recover(member, { purpose: "start-anew" });
}

async function recoverAny(member: Member): Promise<unknown> {
  const version = anyVersion(member);
  return await acts.recover(member, version === undefined ? {} : { version });
}

async function restoreAny(member: Member): Promise<unknown> {
  return await acts.restore(member, anyVersion(member) ?? 1);
}

function anyVersion(member: Member): number | undefined {
  const { backup } = member.family.journal.latest().owner ?? {};
  return any(member, backup?.state === "on" ? backup.versions : [])?.version;
}

async function turnOnOrOff(member: Member): Promise<unknown> {
  const { backup } = member.family.journal.latest().owner ?? {};
  if (backup?.state !== "on") return await acts.turnOn(member);
  return await (member.family.world.random.chance(0.3) ? acts.turnOff(member) : uploadMore(member));
}

async function chooseAnyWait(member: Member): Promise<unknown> {
  return await acts.chooseWait(member, any(member, WAITS) ?? 0);
}

async function readOwnRecovery(member: Member): Promise<unknown> {
  const recoveryId = any(member, [...member.recoveries]);
  return await (recoveryId ? acts.readRecovery(member, recoveryId) : acts.readStatus(member));
}

/** The recovery that waits; sometimes an earlier one. */
async function openOwn(member: Member): Promise<unknown> {
  const recoveryId = ownRecovery(member);
  return await (recoveryId ? acts.open(member, recoveryId) : acts.recover(member));
}

async function cancelOwn(member: Member): Promise<unknown> {
  const recoveryId = ownRecovery(member);
  return await (recoveryId ? acts.cancel(member, recoveryId) : acts.readStatus(member));
}

function ownRecovery(member: Member): string | undefined {
  const present = member.phone.state().recovery?.recoveryId;
  const isAny = member.family.world.random.chance(0.1);
  return isAny ? any(member, [...member.recoveries]) : (present ?? any(member, [...member.recoveries]));
}

/** Recoveries of other phones, as the status lists them. */
function shownOthers({ family, phone }: Member): readonly ListedRecovery[] {
  const { owner } = family.journal.latest();
  return owner?.recoveries.filter(({ device }) => device.deviceId !== phone.deviceId) ?? [];
}

/** Approves or denies a recovery: first those that wait, and sometimes one that is over. */
async function answerAnother(member: Member): Promise<unknown> {
  const { world, journal } = member.family;
  const shown = shownOthers(member);
  const waits = shown.filter(({ state }) => state === "waiting");
  const listed = (waits.length > 0 ? waits : shown).map(({ recoveryId }) => recoveryId);
  const isListed = world.random.chance(0.9);
  const recoveryId = any(member, isListed ? listed : [...journal.latest().recoveries.keys()]);
  if (recoveryId === undefined) return await acts.readStatus(member);
  const isDenied = isGone(member) || world.random.chance(waits.length > 0 ? 0.5 : 0.7);
  return await (isDenied ? acts.deny : acts.approve)(member, recoveryId);
}

/** Confirms a contact whose code has come, adds another, or removes one. */
async function changeContacts(member: Member): Promise<unknown> {
  const { family } = member;
  const { world, journal, userId } = family;
  const { owner, contacts: stored } = journal.latest();
  const contacts = owner?.contacts?.filter(({ removed }) => !removed) ?? [];
  const unconfirmed = any(
    member,
    contacts.filter(({ confirmedAt }) => confirmedAt === undefined),
  );
  const code = unconfirmed && world.post.codeTo(stored.get(unconfirmed.id)?.address ?? "");
  if (code && world.random.chance(0.8)) {
    const refused = await acts.confirmContact(member, unconfirmed.id, code);
    // It may be added anew.
    const isLate = refused === "contact-code-expired";
    return isLate ? await acts.removeContact(member, unconfirmed.id) : undefined;
  }
  const chosen = any(member, contacts);
  if (chosen && world.random.chance(0.3)) return await acts.removeContact(member, chosen.id);
  const address = `a${family.trace.length}@${userId.toLowerCase().replaceAll(/[^a-z\d]/g, "")}.example`;
  acts.signIn(member);
  await acts.addContact(member, address);
  for (let n = 0; n < 3 && member.unfinished; n++) await member.unfinished.again();
  const [added] = [...journal.latest().contacts].find(([, contact]) => contact.address === address) ?? [];
  const sent = world.post.codeTo(address);
  return added && sent && world.random.chance(0.7)
    ? await acts.confirmContact(member, added, sent)
    : undefined;
}

async function revokeAnother(member: Member): Promise<unknown> {
  const other = any(member, member.family.members.filter(registeredOf));
  return await (other ? acts.revoke(member, other) : acts.listPhones(member));
}

function any<Item>({ family }: Member, items: readonly Item[]): Item | undefined {
  return items.length > 0 ? items[family.world.random.below(items.length)] : undefined;
}

/** A request whose proof is still valid; preferably from a phone that has been removed since. */
async function replayOverheard(member: Member): Promise<unknown> {
  const { overheard, world } = member.family;
  const fresh = overheard.filter(({ at }) => world.clock.time - at < PROOF_AGE.spent * 1000);
  const removed = fresh.filter((request) => isGone(request.member));
  const chosen = any(member, removed.length > 0 ? removed : fresh);
  return await (chosen ? acts.replay(chosen) : acts.readStatus(member));
}
