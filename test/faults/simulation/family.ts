import { hash } from "node:crypto";
import { issuerIdentifier } from "../../../local/issuer/settings.ts";
import { createPhone, type Phone } from "../../../local/phone/acts/phone.ts";
import type { PhoneOptions } from "../../../local/phone/acts/session.ts";
import { type Account, type Contents, parseContents } from "../../../local/phone/protocol/accounts.ts";
import type { Platform } from "../../../local/phone/protocol/contentKey.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import { type Device, MOST_DEVICES } from "../../../shared/model/device.ts";
import type { Random } from "../../durability/random.ts";
import { contents as sample } from "../../support/accounts.ts";
import { FABRIKAM } from "../../support/activation.ts";
import { type FaultyService, ORIGIN } from "../faultyService.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import type { Post } from "./post.ts";
import { ask, type Request } from "./request.ts";
import type { Witness } from "./witness.ts";

/** What all families share. */
export interface World {
  readonly service: FaultyService;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly clock: { time: number };
  readonly post: Post;
  readonly witness: Witness;
  /** Who acts at the moment. */
  readonly actor: () => Actor | undefined;
}

/** Does one thing after another, with the phone in hand. */
export interface Actor {
  member: Member;
  /** What it asks for at the moment, or did last. */
  request?: Request;
}

/** One of an owner's phones. */
export interface Member {
  readonly family: Family;
  readonly label: string;
  readonly platform: Platform;
  readonly storageSecret: Uint8Array | undefined;
  phone: Phone;
  /** The last sign-in on it, in milliseconds since the epoch. */
  signedInAt: number;
  /** The access token that it sends; a thief's phone sends another's. */
  readonly token: () => Promise<string>;
  /** The act whose outcome it does not know. */
  unfinished: { readonly title: string; readonly again: () => Promise<void> } | undefined;
  /** The ids of its recoveries. */
  readonly recoveries: Set<string>;
}

/** An owner, and the phones that act in the owner's name. */
export interface Family {
  readonly world: World;
  readonly name: string;
  readonly userId: string;
  /** Of most of the phones. */
  readonly platform: Platform;
  /** How many phones there may come to be. */
  readonly size: number;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly members: Member[];
  /** When the sign-in behind each access token was, in seconds since the epoch; by the token's hash. */
  readonly signIns: Map<string, number>;
  /** What happened, in order. */
  readonly trace: string[];
  /** Requests that were carried out, as somebody on the way could have kept them. */
  readonly overheard: Request[];
  /** Commits that will still be done, though nobody waits for them any more. */
  late: number;
  uploads: number;
}

/** Milliseconds that a token is used for. */
const TOKEN_MS = 50 * 60_000;

export async function createFamily(world: World, name: string): Promise<Family> {
  const { service, random } = world;
  const ledger = createLedger();
  return {
    world,
    name,
    userId: ownerOfToken(await service.issuer.sign({ owner: name })),
    platform: random.chance(0.5) ? "ios" : "android",
    size: random.chance(0.3) ? MOST_DEVICES + 6 : 8,
    ledger,
    journal: createJournal(ledger, world.witness),
    members: [],
    signIns: new Map(),
    trace: [],
    overheard: [],
    late: 0,
    uploads: 0,
  };
}

export async function addMember(family: Family): Promise<Member> {
  const { world, platform: usual, name } = family;
  const { random, clock, service } = world;
  const other = usual === "ios" ? "android" : "ios";
  const platform = random.chance(0.95) ? usual : other;
  const storage = random.chance(0.95) ? 1 : 2;
  let issued = { at: Number.NEGATIVE_INFINITY, signedInAt: 0, token: "" };
  const member: Omit<Member, "phone"> = {
    family,
    label: `phone ${family.members.length + 1}`,
    platform,
    storageSecret: platform === "ios" ? new Uint8Array(32).fill(storage) : undefined,
    signedInAt: clock.time,
    unfinished: undefined,
    recoveries: new Set(),
    async token() {
      const { signedInAt } = added;
      if (issued.signedInAt !== signedInAt || clock.time - issued.at > TOKEN_MS) {
        const signedInSecondsAgo = Math.floor((clock.time - signedInAt) / 1000);
        const token = await service.issuer.sign({ owner: name, signedInSecondsAgo });
        issued = { at: clock.time, signedInAt, token };
        family.signIns.set(hashOf(token), Math.floor(clock.time / 1000) - signedInSecondsAgo);
      }
      return issued.token;
    },
  };
  const added: Member = Object.assign(member, { phone: await makePhone(member, {}) });
  family.members.push(added);
  return added;
}

/** As the service knows an access token. */
export function hashOf(token: string): string {
  return hash("sha256", token, "base64url");
}

/** Starts the app again, with what it kept. */
export async function restart(member: Member, options: Partial<PhoneOptions> = {}): Promise<void> {
  member.phone = await makePhone(member, { state: member.phone.state(), ...options });
}

async function makePhone(member: Omit<Member, "phone">, options: Partial<PhoneOptions>): Promise<Phone> {
  const { platform, storageSecret, token, label, family } = member;
  const { world } = family;
  return await createPhone({
    origin: ORIGIN,
    platform,
    storageSecret,
    version: "6.8.0",
    name: label,
    token,
    system: {
      now: () => world.clock.time,
      random: (size) => Uint8Array.from({ length: size }, () => world.random.below(256)),
    },
    fetch: async (...sent) => await ask(member as Member, sent),
    ...options,
  });
}

/** The phone as it is registered, as of the last commit. */
export function registeredOf({ family, phone }: Member): Device | undefined {
  return family.journal.latest().owner?.devices.find(({ deviceId }) => deviceId === phone.deviceId);
}

/** Whether a phone was registered, and no longer is. */
export function isGone(member: Member): boolean {
  return !registeredOf(member) && member.phone.state().owner !== undefined;
}

/**
 * Contents unlike any others: a secret tells them apart, so that no account is lost by it.
 * @param without how many accounts are left out
 */
export function nextContents(family: Family, without = 0): Contents {
  const secret = (++family.uploads).toString(6).replace(/\d/g, (digit) => String(Number(digit) + 2));
  const marked: Account = {
    kind: "third-party",
    issuer: "Northwind",
    userName: "changed",
    push: false,
    // Base32 has no 0, 1, 8 and 9.
    otp: { type: "totp", secret: secret.padStart(32, "A"), algorithm: "SHA1", digits: 6, period: 30 },
  };
  const accounts = sample.accounts.map((account) => ownOf(family, account));
  return parseContents({ ...sample, accounts: [marked, ...accounts.slice(0, accounts.length - without)] });
}

/** The work account of an owner that has push. */
export function workAccountOf({ name }: Family): typeof FABRIKAM {
  return { ...FABRIKAM, subject: name };
}

/** An account with push is one that the owner can sign in to, or has a provider's code for. */
function ownOf(family: Family, account: Account): Account {
  if (!account.push) return account;
  const { name } = family;
  return account.kind === "personal"
    ? { ...account, authority: issuerIdentifier("personal", "oidc"), subject: name }
    : { ...account, subject: workAccountOf(family).subject };
}
