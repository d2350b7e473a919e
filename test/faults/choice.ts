import { PROOF_WINDOW } from "../../shared/identity/proof.ts";
import {
  listPhones,
  readKey,
  readRecovery,
  readStatus,
  recover,
  register,
  rename,
  replay,
  revoke,
  turnOn,
  upload,
} from "./acts.ts";
import { type Member, restart } from "./family.ts";

type Act = (member: Member) => Promise<void>;

/** What phones do, and how often: out of the sum of the weights. */
type Choices = readonly (readonly [weight: number, act: Act])[];

/** A phone that is registered, and has no key yet. */
const beginning: Choices = [
  [8, turnOn],
  [8, recover],
  [1, readKey],
  [2, readStatus],
  [1, listPhones],
  [1, rename],
];

const using: Choices = [
  [20, (member) => upload(member)],
  [5, readStatus],
  [3, readKey],
  [3, listPhones],
  [4, recover],
  [3, readOwnRecovery],
  [3, rename],
  [2, revokeAnother],
  [3, replayOverheard],
];

/** Has the phone do the next thing. What it does not know the outcome of, it mostly tries again first. */
export async function nextAct(member: Member): Promise<void> {
  const { family, unfinished } = member;
  const { random } = family.world;
  if (random.chance(0.05)) await restart(member);
  if (unfinished && random.chance(0.8)) return await unfinished.again();
  const { owner, userKey } = member.phone.state();
  if (!owner) return await (random.chance(0.9) ? register : readStatus)(member);

  const choices = userKey ? using : beginning;
  let drawn = random.below(choices.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, act] of choices) {
    if (drawn < weight) return await act(member);
    drawn -= weight;
  }
}

async function readOwnRecovery(member: Member): Promise<void> {
  const { recoveries, family } = member;
  const recovery = recoveries[family.world.random.below(recoveries.length + 1)];
  await (recovery ? readRecovery(member, recovery) : readStatus(member));
}

async function revokeAnother(member: Member): Promise<void> {
  const { members, world } = member.family;
  const settled = members.filter(({ standing, registering }) => standing === "registered" && !registering);
  const other = settled[world.random.below(settled.length)];
  await (other ? revoke(member, other) : listPhones(member));
}

/** One whose proof is still good; best of a phone that was revoked since. */
async function replayOverheard(member: Member): Promise<void> {
  const { overheard, world } = member.family;
  const fresh = overheard.filter(({ time }) => world.clock.time - time < PROOF_WINDOW * 1000);
  const revoked = fresh.filter(({ member: { standing } }) => standing === "gone");
  const candidates = revoked.length > 0 ? revoked : fresh;
  const chosen = candidates[world.random.below(candidates.length)];
  await (chosen ? replay(chosen) : readStatus(member));
}
