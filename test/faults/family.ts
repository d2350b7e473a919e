import assert from "node:assert/strict";
import { type Account, type Contents, parseContents } from "../../local/phone/accounts.ts";
import { contentKey, type Platform } from "../../local/phone/contentKey.ts";
import { openEnvelope } from "../../local/phone/envelope.ts";
import { ownerOfToken } from "../../local/phone/ownerId.ts";
import { createPhone, type Phone } from "../../local/phone/phone.ts";
import type { PhoneOptions } from "../../local/phone/session.ts";
import { digestOf } from "../../local/phone/upload.ts";
import type { Random } from "../durability/random.ts";
import { contents as sample } from "../support/accounts.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { type Partition, readPartition } from "./partition.ts";
import { type FaultyService, ORIGIN } from "./service.ts";

/** What all families have in common. */
export interface World {
  readonly service: FaultyService;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly clock: { time: number };
}

/**
 * What is known of a phone: `maybe` registered, where a try got no answer; `leaving` while it is being revoked;
 * `gone` once whoever revoked it was told so.
 */
export type Standing = "new" | "maybe" | "registered" | "leaving" | "gone";

/** One of an owner's phones. */
export interface Member {
  readonly family: Family;
  readonly label: string;
  phone: Phone;
  standing: Standing;
  /** Whether a registration is under way, or got no answer: if it is done after a revocation, the phone is back. */
  registering: boolean;
  /** Whether it turned backup on or recovered it, and was told so. */
  holdsBackup: boolean;
  /** What it does not know the outcome of. */
  unfinished: { readonly title: string; readonly again: () => Promise<void> } | undefined;
  /** The newest version that was acknowledged when its present recovery was first tried. */
  recoveryFloor: number;
  /** When it may recover again, in milliseconds since the epoch, where the owner began too many recoveries; else 0. */
  backAt: number;
  /** Its recoveries, and of which version each was. */
  readonly recoveries: { readonly id: string; readonly version: number }[];
  /** How many faults its present request met. */
  faults: number;
  /** The Idempotency-Key and the request that it sent last. */
  lastKey: string;
  lastRequest: Parameters<typeof globalThis.fetch> | undefined;
}

export interface Overheard {
  readonly member: Member;
  readonly request: Parameters<typeof globalThis.fetch>;
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
  readonly members: Member[];
  /** What happened, in its order. */
  readonly trace: string[];
  /** Requests that were carried out, as somebody between could have kept them. */
  readonly overheard: Overheard[];
  /** Commits that are still to be done, though nobody waits for them any more. */
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
    members: [],
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
    standing: "new",
    registering: false,
    holdsBackup: false,
    unfinished: undefined,
    recoveryFloor: 0,
    backAt: 0,
    recoveries: [],
    faults: 0,
    lastKey: "",
    lastRequest: undefined,
  };
  const added = Object.assign(member, { phone: await makePhone(member, {}) });
  family.members.push(added);
  return added;
}

/** The app is started again, with what it kept. */
export async function restart(member: Member, options: Partial<PhoneOptions> = {}): Promise<void> {
  member.phone = await makePhone(member, { ...options, state: member.phone.state() });
}

function makePhone(member: Omit<Member, "phone">, options: Partial<PhoneOptions>): Promise<Phone> {
  const { platform, storageSecret, token, ledger, world } = member.family;
  return createPhone({
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
    fetch: (...request) => {
      const key = new Headers(request[1]?.headers).get("Idempotency-Key");
      if (key !== null) {
        ledger.sendingKey(key);
        member.lastKey = key;
      }
      member.lastRequest = request;
      return world.service.fetch(...request);
    },
    ...options,
  });
}

/** Contents that tell themselves from all others. Parsed, so that their members have the order they come back in. */
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

/** Holds what the store has of the owner, without any faults, against what must be there. */
export async function inspect(family: Family): Promise<Partition> {
  const { world, userId, ledger, members } = family;
  const { store } = await world.service.adapters();
  const partition = readPartition(await store.list(userId, ""));
  await ledger.compare(partition, (version) => open(family, partition, version));
  const present = new Set(partition.owner?.devices.map(({ deviceId }) => deviceId));
  for (const { phone, standing, label } of members) {
    const isPresent = present.delete(phone.deviceId);
    if (standing === "registered") assert(isPresent, `${label} was registered, and is not there`);
    if (standing === "new" || standing === "gone") assert(!isPresent, `${label} is there, and should not be`);
  }
  assert.equal(present.size, 0, "phones that nobody registered");
  return partition;
}

/** Opens an envelope with the user key that the owner item holds: nobody could later than now, if not now. */
async function open(family: Family, { owner, envelopes }: Partition, version: number): Promise<string> {
  const { world, userId, platform, storageSecret } = family;
  const { kek } = await world.service.adapters();
  const { envelope } = envelopes.get(version) ?? assert.fail();
  if (owner?.backup.state !== "on") assert.fail("a version, and no key");
  const { id: kid, wrapped } = owner.backup.userKey;
  const userKey = (await kek.unwrap(wrapped)).subarray(0, 32);
  const key = contentKey({ userKey, storageSecret, userId, platform });
  return digestOf(await openEnvelope(envelope, key, { kid, uid: userId, plt: platform, ver: version }));
}
