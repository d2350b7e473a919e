import type { Phone } from "../../../local/phone/acts/phone.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import type { PhoneOptions } from "../../../local/phone/acts/session.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { contents } from "../../support/accounts.ts";
import { expectOk } from "../../support/service.ts";

/** Gives phones of one owner, who appears in no other case. */
export interface Stage {
  /** A new phone, or the one with that `state`. */
  readonly phone: (options?: Partial<PhoneOptions>) => Promise<Phone>;
  /** Lets time pass. */
  readonly wait: (seconds: number) => void;
}

export type Call = () => Promise<Result<unknown>>;

export interface Scenario {
  readonly title: string;
  /** Does what the call builds on. @returns the call, which a phone repeats until it knows the outcome */
  readonly prepare: (stage: Stage) => Promise<Call>;
  /** How a retry is refused if the first attempt was carried out; when left out, it is answered like the first. */
  readonly retried?: ProblemCode;
}

export async function registered({ phone }: Stage, options?: Partial<PhoneOptions>): Promise<Phone> {
  const made = await phone(options);
  expectOk(await made.register());
  return made;
}

/** A phone that has turned backup on and uploaded `count` versions, each with other contents. */
export async function withVersions(
  stage: Stage,
  count: number,
  options?: Partial<PhoneOptions>,
): Promise<Phone> {
  const phone = await registered(stage, options);
  expectOk(await phone.enable());
  for (let version = 1; version <= count; version++) {
    expectOk(await phone.upload({ ...contents, accounts: contents.accounts.slice(version % 5) }));
  }
  return phone;
}
