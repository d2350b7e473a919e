import { expect } from "vitest";
import { createPhone, type Phone } from "../../local/phone/acts/phone.ts";
import type { Refused } from "../../local/phone/acts/problem.ts";
import type { PhoneOptions } from "../../local/phone/acts/session.ts";
import { digestOf } from "../../local/phone/acts/upload.ts";
import { type Account, type Contents, parseContents } from "../../local/phone/protocol/accounts.ts";
import { LIMITS } from "../../shared/limits/tries.ts";
import { contents as sample } from "../support/accounts.ts";
import { expectOk, expectOpened, problemOf } from "../support/service.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { NoAnswer } from "./network.ts";
import type { Random } from "./random.ts";

/** How an owner's phones reach the service, and by which clock. */
type Connection = Pick<PhoneOptions, "origin" | "token" | "fetch" | "system">;

export interface Owner {
  readonly ledger: Ledger;
  readonly connection: Connection;
  /** The one that turns backup on. */
  readonly first: BusyPhone;
  /** Another one, which begins by recovering the backup. */
  guest?: BusyPhone;
  /** How many more new phones may recover: an owner may begin few recoveries a day. */
  newPhonesLeft: number;
  /** Different contents at each call, of 30 to 50 accounts. */
  readonly nextContents: () => Contents;
}

interface BusyPhone {
  readonly phone: Phone;
  readonly begin: "enable" | "recover";
  /** What it is uploading, until that is acknowledged. */
  contents?: Contents;
}

export async function createOwner(connection: Connection, random: Random): Promise<Owner> {
  let uploads = 0;
  return {
    ledger: createLedger(),
    connection,
    first: await createBusyPhone(connection, "enable"),
    newPhonesLeft: LIMITS.recoveries.perOwner,
    nextContents: () => makeContents(30 + random.below(21), `upload ${++uploads}`),
  };
}

async function createBusyPhone(connection: Connection, begin: BusyPhone["begin"]): Promise<BusyPhone> {
  const phone = await createPhone({ ...connection, name: "Pixel", platform: "android", version: "6.8.0" });
  return { phone, begin };
}

/** A new phone; the first one, which has the backup, if no more new ones may recover today. */
export async function phoneToRecover(owner: Owner): Promise<BusyPhone> {
  if (owner.newPhonesLeft === 0) return owner.first;
  owner.newPhonesLeft--;
  return await createBusyPhone(owner.connection, "recover");
}

export function phonesOf({ first, guest }: Owner): BusyPhone[] {
  return guest ? [first, guest] : [first];
}

/**
 * Uses the phone until `over`: it registers, turns backup on or recovers, and uploads again and again. What got no
 * answer is sent again, as an app would, from what the phone keeps.
 * @param acknowledged called after each write that the service has acknowledged
 */
export async function keepUsing(
  owner: Owner,
  busy: BusyPhone,
  { over, acknowledged }: { over: AbortSignal; acknowledged: () => void },
): Promise<void> {
  while (!over.aborted) {
    try {
      if (await act(owner, busy)) acknowledged();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
}

/** Repeats what got no answer, and has a phone finish its first steps if it was in the middle of them. */
export async function settle(owner: Owner, busy: BusyPhone): Promise<void> {
  while (!busy.phone.state().userKey || busy.contents) await act(owner, busy);
}

/** Seconds. If an app is told to wait longer, it has something to tell its owner. */
const SOON = 60;

/** Does what an app does when it is asked to come back soon, for instance by `busy`: the same act again. */
export async function comingBack<R extends { readonly ok: true } | Refused>(
  act: () => Promise<R>,
): Promise<R> {
  for (;;) {
    const result = await act();
    if (result.ok || !result.problem.retryable || (result.retryAfter ?? 0) > SOON) return result;
  }
}

/** The next thing to do. @returns whether it was acknowledged */
async function act(owner: Owner, busy: BusyPhone): Promise<boolean> {
  const state = busy.phone.state();
  if (!state.owner) {
    expectOk(await comingBack(() => busy.phone.register()));
  } else if (state.userKey) {
    return await upload(owner, busy);
  } else {
    await (busy.begin === "enable" ? turnOn : recover)(owner, busy);
  }
  return true;
}

async function turnOn({ ledger }: Owner, { phone }: BusyPhone): Promise<void> {
  const enabled = await comingBack(() => phone.enable());
  expectOk(enabled);
  ledger.key(enabled.body.key.id);
}

/**
 * Recovers what the owner was promised, or what one of the phones is uploading at this moment.
 * @returns which version
 */
export async function recover(owner: Owner, { phone }: BusyPhone): Promise<number> {
  const recovered = await comingBack(() => phone.recover());
  expectOpened(recovered);
  const { version, key } = recovered.body;
  const known = owner.ledger.get(version);
  const uploading = phonesOf(owner).flatMap(({ contents }) => (contents ? [digestOf(contents)] : []));
  expect(known ? [known.contents] : uploading, `the recovery of version ${version}`).toContain(
    digestOf(recovered.contents),
  );
  owner.ledger.key(key.id);
  return version;
}

async function upload({ ledger, nextContents }: Owner, busy: BusyPhone): Promise<boolean> {
  busy.contents ??= nextContents();
  const { contents, phone } = busy;
  const uploaded = await comingBack(() => phone.upload(contents));
  if (!uploaded.ok) {
    // The other phone was faster: look at what is there, then overwrite it.
    expect(problemOf(uploaded).code).toBe("version-changed");
    expectOk(await comingBack(() => phone.status()));
    return false;
  }
  const { version, uploadedAt } = uploaded.body;
  ledger.version(version, { contents: digestOf(contents), uploadedAt });
  delete busy.contents;
  return true;
}

/**
 * The same accounts each time, more or fewer of them, and one that makes these contents unlike all others. Parsed, so
 * that their members have the order in which they come back.
 */
function makeContents(size: number, label: string): Contents {
  const account = (userName: string): Account => ({
    kind: "third-party",
    issuer: "Northwind",
    userName,
    push: false,
    otp: { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", algorithm: "SHA1", digits: 6, period: 30 },
  });
  const more = Array.from({ length: size - sample.accounts.length - 1 }, (_, n) => account(`user ${n}`));
  return parseContents({ ...sample, accounts: [...sample.accounts, ...more, account(label)] });
}
