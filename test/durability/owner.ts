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
export interface Connection extends Pick<PhoneOptions, "origin" | "fetch" | "system"> {
  readonly userId: string;
  /** Each phone signs in by itself: no other one may use its tokens. */
  readonly signIn: () => PhoneOptions["token"];
}

export interface Owner {
  readonly ledger: Ledger;
  readonly connection: Connection;
  /** The one that turns backup on. */
  readonly first: BusyPhone;
  /** Another one, which begins by recovering the backup. */
  guest?: BusyPhone;
  /** How many phones may still register and recover: an owner has few of either a day. */
  newPhonesLeft: number;
  /** Other contents at each call, of the same accounts: nothing is lost. */
  readonly nextContents: () => Contents;
}

interface BusyPhone {
  readonly phone: Phone;
  readonly begin: "enable" | "recover";
  /** What it is uploading, until that is acknowledged. */
  contents?: Contents;
}

export async function createOwner(connection: Connection, random: Random): Promise<Owner> {
  const size = 30 + random.below(21);
  let uploads = 0;
  return {
    ledger: createLedger(),
    connection,
    first: await createBusyPhone(connection, "enable"),
    newPhonesLeft: Math.min(LIMITS.recoveries.perOwner, LIMITS.registrations.perOwner - 1),
    nextContents: () => makeContents(size, ++uploads),
  };
}

async function createBusyPhone(
  { signIn, origin, fetch, system }: Connection,
  begin: BusyPhone["begin"],
): Promise<BusyPhone> {
  const how = { origin, fetch, system, token: signIn() };
  const phone = await createPhone({ ...how, name: "Pixel", platform: "android", version: "6.8.0" });
  return { phone, begin };
}

/** A phone that was never here; undefined where there may be none any more today. */
export async function phoneToRecover(owner: Owner): Promise<BusyPhone | undefined> {
  if (owner.newPhonesLeft === 0) return undefined;
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
  owner.ledger.learn(state.userKey);
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
  ledger.key(enabled.body.key);
}

/**
 * Recovers what the owner was promised, or what one of the phones is uploading at this moment.
 * @returns which version
 */
export async function recover(owner: Owner, { phone }: BusyPhone): Promise<number> {
  const recovered = await comingBack(() => phone.recover());
  expectOpened(recovered);
  const { version = 0, key } = recovered.body;
  const known = owner.ledger.get(version);
  const uploading = phonesOf(owner).flatMap(({ contents }) => (contents ? [digestOf(contents)] : []));
  expect(known ? [known.contents] : uploading, `the recovery of version ${version}`).toContain(
    digestOf(recovered.contents),
  );
  owner.ledger.key(key);
  return version;
}

async function upload({ ledger, nextContents }: Owner, busy: BusyPhone): Promise<boolean> {
  busy.contents ??= nextContents();
  const { contents, phone } = busy;
  const uploaded = await comingBack(() => phone.upload(contents));
  if (!uploaded.ok) {
    // The other phone was faster, or another key is current: look at what is there, then go over it.
    expect(problemOf(uploaded).code).toBe("version-changed");
    expectOk(await comingBack(() => phone.status()));
    return false;
  }
  const { version, uploadedAt } = uploaded.body;
  ledger.version(version, { contents: digestOf(contents), uploadedAt, deviceId: phone.deviceId });
  delete busy.contents;
  return true;
}

/**
 * The same accounts each time; the secret of one tells these contents from all others. Parsed, so that their members
 * have the order in which they come back.
 */
function makeContents(size: number, number: number): Contents {
  const account = (userName: string, secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"): Account => ({
    kind: "third-party",
    issuer: "Northwind",
    userName,
    push: false,
    otp: { type: "totp", secret, algorithm: "SHA1", digits: 6, period: 30 },
  });
  const more = Array.from({ length: size - sample.accounts.length - 1 }, (_, n) => account(`user ${n}`));
  // Base32 has no 0, 1, 8 and 9.
  const secret = number.toString(6).replace(/\d/g, (digit) => String(Number(digit) + 2));
  const marked = account("changed", secret.padStart(32, "A"));
  return parseContents({ ...sample, accounts: [...sample.accounts, ...more, marked] });
}
