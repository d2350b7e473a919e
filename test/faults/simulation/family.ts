import { createPhone, type Phone } from "../../../local/phone/acts/phone.ts";
import type { PhoneOptions } from "../../../local/phone/acts/session.ts";
import { type Account, type Contents, parseContents } from "../../../local/phone/protocol/accounts.ts";
import type { Platform } from "../../../local/phone/protocol/contentKey.ts";
import { ownerOfToken } from "../../../local/phone/protocol/ownerId.ts";
import type { Random } from "../../durability/random.ts";
import { contents as sample } from "../../support/accounts.ts";
import { type FaultyService, ORIGIN } from "../faultyService.ts";
import { ask } from "./ask.ts";
import { createJournal, type Journal, type Moments } from "./journal.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { phoneOf } from "./state.ts";

/** What all families share. */
export interface World {
  readonly service: FaultyService;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly clock: { time: number };
}

/** One of an owner's phones. */
export interface Member {
  readonly family: Family;
  readonly label: string;
  phone: Phone;
  /** Whether a registration is under way, or got no answer: done after a revocation, it brings the phone back. */
  registering: boolean;
  /** The act whose outcome it does not know. */
  unfinished: { readonly title: string; readonly again: () => Promise<void> } | undefined;
  /** The newest acknowledged version at the first attempt of its present recovery. */
  recoveryFloor: number;
  /** When it may recover again, in milliseconds since the epoch; 0 unless too many recoveries were begun. */
  backAt: number;
  /** The ids of its recoveries. */
  readonly recoveries: Set<string>;
  /** How many faults its present request met. */
  faults: number;
  /** The Idempotency-Key and the request that it sent last. */
  lastKey: string;
  lastRequest: Sent | undefined;
  /** The states while that was carried out. */
  moments: Moments;
}

export type Sent = Parameters<typeof globalThis.fetch>;

export interface Overheard {
  readonly member: Member;
  readonly request: Sent;
  /** When it was answered. */
  readonly time: number;
}

/** An owner, with some phones of one kind. */
export interface Family {
  readonly world: World;
  readonly name: string;
  readonly userId: string;
  readonly platform: Platform;
  readonly storageSecret: Uint8Array | undefined;
  readonly token: () => Promise<string>;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly members: Member[];
  /** The phones that were registered at the last inspection. */
  present: ReadonlySet<string>;
  /** What happened, in order. */
  readonly trace: string[];
  /** Requests that were carried out, as somebody on the way could have kept them. */
  readonly overheard: Overheard[];
  /** Commits that will still be done, though nobody waits for them any more. */
  late: number;
  uploads: number;
}

/** Milliseconds that a token is used for: recent enough for whatever asks for a recent sign-in. */
const TOKEN_MS = 5 * 60_000;

export async function createFamily(world: World, name: string): Promise<Family> {
  const { service, clock, random } = world;
  let signedIn = Number.NEGATIVE_INFINITY;
  let latest = "";
  async function token(): Promise<string> {
    if (clock.time - signedIn > TOKEN_MS) {
      signedIn = clock.time;
      latest = await service.issuer.sign({ owner: name });
    }
    return latest;
  }
  const platform = random.chance(0.5) ? "ios" : "android";
  return {
    world,
    name,
    userId: ownerOfToken(await token()),
    platform,
    storageSecret: platform === "ios" ? new Uint8Array(32).fill(random.below(256)) : undefined,
    token,
    ledger: createLedger(),
    journal: createJournal(),
    members: [],
    present: new Set(),
    trace: [],
    overheard: [],
    late: 0,
    uploads: 0,
  };
}

export async function addMember(family: Family): Promise<Member> {
  const label = `phone ${family.members.length + 1}`;
  const member: Omit<Member, "phone"> = {
    family,
    label,
    registering: false,
    unfinished: undefined,
    recoveryFloor: 0,
    backAt: 0,
    recoveries: new Set(),
    faults: 0,
    lastKey: "",
    lastRequest: undefined,
    moments: family.journal.moments(family.world.clock.time),
  };
  const added = Object.assign(member, { phone: await makePhone(member, {}) });
  family.members.push(added);
  return added;
}

/** Starts the app again, with what it kept. */
export async function restart(member: Member, options: Partial<PhoneOptions> = {}): Promise<void> {
  member.phone = await makePhone(member, { state: member.phone.state(), ...options });
}

async function makePhone(member: Omit<Member, "phone">, options: Partial<PhoneOptions>): Promise<Phone> {
  const { platform, storageSecret, token, ledger, world } = member.family;
  const made = await createPhone({
    origin: ORIGIN,
    platform,
    storageSecret,
    version: "6.8.0",
    name: member.label,
    token,
    system: {
      now: () => world.clock.time,
      random: (size) => Uint8Array.from({ length: size }, () => world.random.below(256)),
    },
    fetch: async (...request) => {
      const key = new Headers(request[1]?.headers).get("Idempotency-Key");
      if (key !== null) {
        ledger.sendingKey(key);
        member.lastKey = key;
      }
      member.lastRequest = request;
      const { answer, moments } = ask(member.family, made.deviceId, request);
      member.moments = moments;
      return await answer;
    },
    ...options,
  });
  return made;
}

/** Whether a phone is registered, as of the last commit. */
export function isPresent({ family, phone }: Member): boolean {
  return phoneOf(family.journal.latest(), phone.deviceId) !== undefined;
}

/** Whether a phone was registered, and no longer is. */
export function isGone(member: Member): boolean {
  return !isPresent(member) && member.phone.state().owner !== undefined;
}

/** Contents unlike any others. Parsed, so that their members have the order in which they come back. */
export function nextContents(family: Family): Contents {
  const marked: Account = {
    kind: "third-party",
    issuer: "Northwind",
    userName: `upload ${++family.uploads}`,
    push: false,
    otp: { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", algorithm: "SHA1", digits: 6, period: 30 },
  };
  return parseContents({ ...sample, accounts: [...sample.accounts, marked] });
}
