import type { Phone } from "../../../local/phone/acts/phone.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import type { PhoneOptions } from "../../../local/phone/acts/session.ts";
import type { ProblemCode } from "../../../shared/errors/catalogue.ts";
import { contents } from "../../support/accounts.ts";
import { expectOk } from "../../support/service.ts";

/** Gives phones of one owner, whom no other case knows. */
export interface Stage {
  /** A new phone, or the one that `state` is of. */
  readonly phone: (options?: Partial<PhoneOptions>) => Promise<Phone>;
  /** Lets so many seconds go by. */
  readonly wait: (seconds: number) => void;
}

export type Call = () => Promise<Result<unknown>>;

export interface Scenario {
  readonly title: string;
  /** Brings about what the call builds on. @returns the call, which a phone makes until it knows what came of it */
  readonly prepare: (stage: Stage) => Promise<Call>;
  /** How a retry is answered where the first try was carried out; left out, like the first. */
  readonly retried?: ProblemCode;
}

export async function registered({ phone }: Stage, options?: Partial<PhoneOptions>): Promise<Phone> {
  const made = await phone(options);
  expectOk(await made.register());
  return made;
}

/** A phone that has turned backup on and uploaded `count` versions, each of other contents. */
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
