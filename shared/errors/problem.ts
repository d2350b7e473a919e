import { catalogue, type ProblemCode, type ProblemKind, type ProblemMembers } from "./catalogue.ts";
import type { Language } from "./language.ts";
import { texts } from "./texts.ts";

/** A refusal on its way to the caller. It holds nothing that the caller may not see. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    members: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>>,
    options?: ErrorOptions,
  ) {
    super(code, options);
    this.code = code;
    this.members = members;
    this.headers = headers;
  }
}

/** A code without members of its own has `Record<string, never>`. */
type MembersArgument<Code extends ProblemCode> = string extends keyof ProblemMembers<Code>
  ? []
  : Record<never, never> extends ProblemMembers<Code>
    ? [members?: ProblemMembers<Code>]
    : [members: ProblemMembers<Code>];

/** A {@link Problem} of the catalogue, with the members that its code asks for. */
export function problem<Code extends ProblemCode>(code: Code, ...[members]: MembersArgument<Code>): Problem {
  return new Problem(code, members ?? {}, {});
}

/** The same problem with response headers (`WWW-Authenticate`, `Retry-After`, `Allow`). */
export function withHeaders(
  { code, members }: Problem,
  headers: Readonly<Record<string, string>>,
  options?: ErrorOptions,
): Problem {
  return new Problem(code, members, headers, options);
}

/** The same problem, with how many tries are left. */
export function withTriesLeft({ code, members, headers }: Problem, triesLeft: number): Problem {
  return new Problem(code, { ...members, triesLeft }, headers);
}

/** What a code means, for the app and, in one of its languages, for the owner. */
export function describeCode(code: ProblemCode, language: Language) {
  const { status, remedy, otherwise, retryable }: ProblemKind = catalogue[code];
  const { problems, remedies } = texts[language];
  return {
    code,
    status,
    ...problems[code],
    remedy,
    remedyText: remedies[remedy],
    ...(otherwise && { otherwise, otherwiseText: remedies[otherwise] }),
    retryable,
  };
}
