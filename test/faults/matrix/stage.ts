import type { Phone } from "../../../local/phone/acts/phone.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import type { PhoneOptions } from "../../../local/phone/acts/session.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import type { ActivatedAccount } from "../../../shared/model/activation.ts";
import { contents } from "../../support/accounts.ts";
import { expectOk } from "../../support/service.ts";

export interface StagePhone extends Phone {
  /** The owner signs in on it again; or so many seconds ago, which makes it a stale sign-in. */
  readonly signIn: (secondsAgo?: number) => Promise<void>;
}

/** Gives phones of one owner, whom no other case knows. */
export interface Stage {
  /** A new phone, which the owner has just signed in on; or the one that `state` is of. */
  readonly phone: (options?: Partial<PhoneOptions>) => Promise<StagePhone>;
  /** Lets so many seconds go by. */
  readonly wait: (seconds: number) => void;
  /** The codes that were sent to an address, in order. */
  readonly codesTo: (address: string) => readonly string[];
  /** Who signs in on all of these phones, as the issuer knows them. */
  readonly owner: string;
  /** The token of another sign-in of theirs. */
  readonly token: () => Promise<string>;
  /** A code of the provider of a work account. */
  readonly activationCode: (account: WorkAccount) => Promise<string>;
  /** The nonces that pushes for a challenge have brought, in order. */
  readonly noncesOf: (challengeId: string) => readonly string[];
}

type WorkAccount = ActivatedAccount & { readonly tenant: string };

export type Call = () => Promise<Result<unknown>>;

export interface Scenario {
  readonly title: string;
  /** Does what the call builds on. @returns the call, which a phone repeats until it knows the outcome */
  readonly prepare: (stage: Stage) => Promise<Call>;
  /** How a retry is refused if the first attempt was carried out; when left out, it is answered like the first. */
  readonly retried?: ProblemCode;
  /** Whether it is done again where it is asked again, because each time counts. */
  readonly repeated?: true;
}

/** Seconds after which no sign-in is fresh. */
export const STALE = 60 * 60;

export async function registered({ phone }: Stage, options?: Partial<PhoneOptions>): Promise<StagePhone> {
  const made = await phone(options);
  expectOk(await made.register());
  return made;
}

/** A phone that has turned backup on and uploaded `count` versions. */
export async function withVersions(
  stage: Stage,
  count: number,
  options?: Partial<PhoneOptions>,
): Promise<StagePhone> {
  const phone = await registered(stage, options);
  expectOk(await phone.enable());
  for (let version = 1; version <= count; version++) expectOk(await phone.upload(contents));
  return phone;
}

/** Another phone that is trusted too: it has recovered. */
export async function trusted(stage: Stage, options?: Partial<PhoneOptions>): Promise<StagePhone> {
  const phone = await registered(stage, options);
  expectOk(await phone.recover());
  return phone;
}
