import { decodeJwt } from "jose";
import type { Challenge } from "../../acts/challenges.ts";
import type { Phone } from "../../acts/phone.ts";
import type { Refused, Result } from "../../acts/problem.ts";
import type { HeldAccount } from "../../acts/state.ts";
import { type CommandLine, operandsOf, UsageError } from "../commandLine.ts";
import { sayPushToken } from "../notices.ts";
import { type Ask, type Outcome, told } from "../outcome.ts";
import { formatAccounts, nameOfAccount } from "../print/accounts.ts";
import { timeOf } from "../print/time.ts";
import { lastPushFor } from "../pushes.ts";
import { signInTo } from "../tokens.ts";

type Fetch = typeof globalThis.fetch;

/** What a verification is gone through with. */
interface Surroundings {
  readonly phone: Phone;
  readonly line: CommandLine;
  readonly fetch: Fetch;
  /** Asks the owner; undefined where nobody sits at a terminal. */
  readonly ask: Ask | undefined;
  readonly account: HeldAccount;
}

/** The accounts on this phone, and which of them wait for their owner. */
export async function accounts(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  // It says what a provider has revoked; what the phone knows itself is shown without it, too.
  await phone.status().catch(() => undefined);
  const { accounts, credentials } = phone.state();
  if (accounts.length === 0) return told("There are no accounts on this phone: upload or recover.", []);
  const rows = accounts.map(({ issuer, userName, push, actionRequired, ref }, at) => ({
    number: at + 1,
    kind: push?.kind,
    issuer,
    userName,
    state: actionRequired ? "action-required" : "ready",
    verifiedHere: credentials.some((credential) => credential.ref === ref),
  }));
  return told(formatAccounts(rows), rows);
}

/** Verifies an account with push on this phone, as far as it gets with what it is given. */
export async function verify(phone: Phone, line: CommandLine, fetch: Fetch, ask?: Ask): Promise<Outcome> {
  const [named] = operandsOf(line, ["ACCOUNT"]);
  const account = accountNamed(phone, named);
  if (!account.push) {
    throw new UsageError(`${nameOfAccount(account)} needs no verification: it has no push`);
  }
  await sayPushToken(phone);
  const open = await resumed(phone, account);
  const begun = open ?? (await phone.beginChallenge(account));
  return begun.ok ? await goOn({ phone, line, fetch, ask, account }, begun.body) : begun;
}

/** Adds a work or school account: by its provider's code, or by a sign-in to it. */
export async function addWorkAccount(
  phone: Phone,
  line: CommandLine,
  fetch: Fetch,
  ask?: Ask,
): Promise<Outcome> {
  await sayPushToken(phone);
  const begun =
    line.as === undefined ? await addByCode(phone, line, ask) : await addBySignIn(phone, line, fetch);
  if (!begun.ok) return begun;
  const account = phone.state().accounts.find(({ ref }) => ref === begun.body.account.ref);
  if (!account) throw new Error("an account was added that is not there");
  return await goOn({ phone, line, fetch, ask, account }, begun.body);
}

async function addByCode(phone: Phone, line: CommandLine, ask: Ask | undefined) {
  const [given] = line.operands.length > 0 ? operandsOf(line, ["CODE"]) : [undefined];
  const code = given ?? (await ask?.("The code of the account's provider, or the text of its QR code: "));
  if (code === undefined) {
    throw new UsageError("add-work-account takes CODE after it, or --as NAME to sign in: see its --help");
  }
  return await phone.addByCode(code);
}

/** Two sign-ins: the first says whose account it is, the second comes after the challenge began and proves it. */
async function addBySignIn(phone: Phone, line: CommandLine, fetch: Fetch) {
  operandsOf(line, []);
  const { as: owner = "", tenant, organization = "Work" } = line;
  const request = { owner, kind: "work-or-school", profile: "entra", ...(tenant && { tenant }) } as const;
  const { tid, oid } = decodeJwt(await signInTo(line.issuer, request, fetch));
  const added = { issuer: organization, userName: owner, tenant: String(tid), subject: String(oid) };
  return await phone.addBySignIn(added);
}

/** Answers the push of the verification that is open on this phone. */
export async function answer(phone: Phone, line: CommandLine, fetch: Fetch, ask?: Ask): Promise<Outcome> {
  operandsOf(line, []);
  const open = phone.state().challenge;
  const account = phone.state().accounts.find(({ ref }) => ref === open?.ref);
  if (!open || !account) throw new UsageError("nothing is being verified on this phone: verify ACCOUNT");
  const read = await phone.readChallenge(open.challengeId);
  if (!read.ok) return read;
  return await answered({ phone, line, fetch, ask, account }, read.body);
}

/** The account of that number in `accounts`, or the one with push of that user name. @throws {UsageError} none, or several */
function accountNamed(phone: Phone, named: string): HeldAccount {
  const { accounts } = phone.state();
  const byNumber = /^[1-9]\d{0,2}$/.test(named) ? accounts[Number(named) - 1] : undefined;
  if (byNumber) return byNumber;
  const [first, ...others] = accounts.filter(({ userName, push }) => push && userName === named);
  if (first && others.length === 0) return first;
  throw new UsageError(
    `ACCOUNT is the number of an account, or its user name if no other has it: see accounts`,
  );
}

/** The challenge that is open for that account; undefined where none is. */
async function resumed(phone: Phone, { ref }: HeldAccount): Promise<Result<Challenge> | undefined> {
  const open = phone.state().challenge;
  if (open?.ref !== ref) return undefined;
  const read = await phone.readChallenge(open.challengeId);
  // It has ended meanwhile: another one begins.
  return phone.state().challenge || (!read.ok && read.problem.retryable) ? read : undefined;
}

/** A wrong code is typed again; what else is refused ends the command. */
const ASKED_AGAIN: ReadonlySet<string> = new Set([
  "contact-code-wrong",
  "contact-code-superseded",
  "activation-code-wrong",
  "activation-code-superseded",
]);

/** What stands on the command line, each given once; and what is typed instead. */
interface Given {
  code: string | undefined;
  contact: string | undefined;
  /** The code; undefined where nobody gives one. */
  readonly read: (question: string) => Promise<string | undefined>;
}

/** Step by step until it is verified, or something is missing that nobody has given. */
async function goOn(around: Surroundings, begun: Challenge): Promise<Outcome> {
  const { phone, line, ask } = around;
  let challenge = begun;
  let refusal: Refused | undefined;
  const given: Given = {
    code: line.code,
    contact: line.contact,
    async read(question) {
      const code = given.code ?? (await ask?.(refusal ? `${refusal.problem.title}. ${question}` : question));
      given.code = undefined;
      return code;
    },
  };
  for (;;) {
    if (challenge.state === "locked") {
      const until = challenge.lockedUntil === undefined ? "" : ` until ${timeOf(challenge.lockedUntil)}`;
      return told(`No code is taken${until}: too many were wrong.`, challenge);
    }
    const isAnswered = phone.state().challenge?.answer !== undefined;
    if (challenge.state === "pushed" || isAnswered) return await answered(around, challenge);
    const step =
      challenge.state === "proven"
        ? await phone.registerAccountKey(challenge.challengeId)
        : challenge.state === "open"
          ? await prove(around, challenge, given)
          : undefined;
    if (step === undefined) return ended(around, challenge);
    if (!("status" in step)) return step;
    if (step.ok) challenge = step.body;
    else if (!ask || !ASKED_AGAIN.has(step.problem.code)) return step;
    refusal = step.ok ? undefined : step;
  }
}

/** Gives the next proof that is missing; or says what to give. */
async function prove(
  around: Surroundings,
  challenge: Challenge,
  given: Given,
): Promise<Result<Challenge> | Outcome> {
  const { phone, line } = around;
  const { challengeId, proofs } = challenge;
  // A sign-in is an alternative to the code of a work account's provider: taken where the owner says who signs in.
  const means = proofs.length > 1 && line.as !== undefined ? "fresh-sign-in" : proofs[0]?.[0];
  switch (means) {
    case "fresh-sign-in":
      return await phone.signInToAccount(challengeId, await tokenFor(around));
    case "contact-code":
      return await proveContact(around, challenge, given);
    case "activation-code": {
      const text = await given.read("The code of the account's provider, or the text of its QR code: ");
      if (text !== undefined) return await phone.giveActivation(challengeId, text);
      return missing(challenge, [
        `Needed: the code of the provider of ${nameOfAccount(around.account)}, or the text of its QR code.`,
        `Then: ${again(around)} --code CODE`,
        ...(proofs.length > 1 ? [`Or sign in to it: ${again(around)} --as NAME`] : []),
      ]);
    }
    default:
      throw new UsageError(`this app does not know what is asked for (${means}): update it`);
  }
}

/** Has a code sent to a contact of the account, and gives it. */
async function proveContact(
  around: Surroundings,
  challenge: Challenge,
  given: Given,
): Promise<Result<Challenge> | Outcome> {
  const { phone, account } = around;
  const { challengeId, code: sent } = challenge;
  // Where the owner names a contact, another code is wanted.
  if (!sent || (given.contact !== undefined && given.code === undefined)) {
    return await sendCode(around, challengeId, given);
  }
  const digits = await given.read("The code that was sent to the contact: ");
  if (digits !== undefined) return await phone.giveChallengeCode(challengeId, digits);
  return missing(challenge, [
    `A code was sent to a contact of ${nameOfAccount(account)}. It is good until ${timeOf(sent.expiresAt)}.`,
    `When it is there: ${again(around)} --code CODE`,
  ]);
}

/** To the contact that the owner chooses, or to the only one. */
async function sendCode(
  around: Surroundings,
  challengeId: string,
  given: Given,
): Promise<Result<Challenge> | Outcome> {
  const { phone, ask, account } = around;
  const read = await phone.readChallenge(challengeId);
  if (!read.ok) return read;
  const { contacts = [] } = read.body;
  if (contacts.length === 0) {
    return missing(read.body, [
      `No contact of ${nameOfAccount(account)} counts. Sign in as that account, and add one: contacts add`,
      "ADDRESS-OR-NUMBER, then contacts confirm. It counts 7 days later.",
    ]);
  }
  const list = contacts.map(({ hint }, at) => `${at + 1} ${hint}`).join(", ");
  const choice =
    given.contact ?? (contacts.length === 1 ? "1" : await ask?.(`Where is the code to go? ${list}: `));
  const chosen = contacts[Number(choice) - 1] ?? contacts.find(({ contactId }) => contactId === choice);
  if (!chosen) {
    return missing(read.body, [`A code can go to: ${list}.`, `Then: ${again(around)} --contact NUMBER`]);
  }
  // A code that was given before any was sent is none.
  given.contact = undefined;
  given.code = undefined;
  return await phone.sendChallengeCode(challengeId, chosen.contactId);
}

/** The sign-in to the account itself. */
async function tokenFor({ line, fetch, account }: Surroundings): Promise<string> {
  const { push } = account;
  if (push?.kind === "personal") {
    const { authority, subject } = push;
    // Microsoft Entra is named by a tenant's id, everybody else by the issuer's address.
    const profile = URL.canParse(authority)
      ? authority.endsWith("/entra")
        ? "entra"
        : "oidc"
      : "entra-personal";
    return await signInTo(line.issuer, { owner: line.as ?? subject, kind: "personal", profile }, fetch);
  }
  const tenant = push && { tenant: push.tenant };
  const owner = line.as ?? account.userName;
  return await signInTo(line.issuer, { owner, kind: "work-or-school", profile: "entra", ...tenant }, fetch);
}

/** Asks the owner about the push that has come, and answers it. */
async function answered(around: Surroundings, challenge: Challenge): Promise<Outcome> {
  const { phone, line, fetch, ask, account } = around;
  const { challengeId, state, push } = challenge;
  const lost = phone.state().challenge?.answer;
  // Whoever says no now has not approved, unless that has arrived.
  if (lost && (state === "verified" || !line.deny)) {
    const result = await phone.answerPush(challengeId, lost);
    return result.ok ? ended(around, result.body) : result;
  }
  if (state !== "pushed") {
    if (state !== "proven") return ended(around, challenge);
    throw new UsageError(`no push waits for an answer: ${again(around)} sends one`);
  }
  const isAnswer = line.command === "answer";
  const shows = push?.number === true;
  if (!isAnswer && !ask) {
    return missing(challenge, [
      `A push was sent to this phone: is it you who verifies ${nameOfAccount(account)}?`,
      `If so: answer${shows ? " --number NUMBER, which the provider's page shows" : ""}. If not: answer --deny.`,
    ]);
  }
  if (line.number !== undefined && !shows) throw new UsageError("no number is shown for this account");
  const sent = await lastPushFor(phone, challengeId, { origin: line.origin, fetch });
  if (!sent) throw new UsageError("the push has not come: are notifications allowed on this phone?");
  const decision = line.deny || !(isAnswer || (await isApproved(around))) ? "deny" : "approve";
  const number = decision === "approve" && shows ? await numberOf(around) : undefined;
  const result = await phone.answerPush(challengeId, { nonce: sent.nonce, decision, number });
  return result.ok ? ended(around, result.body) : result;
}

async function isApproved({ ask, account }: Surroundings): Promise<boolean> {
  const said = await ask?.(`A push has come. Is it you who verifies ${nameOfAccount(account)}? (yes or no) `);
  return said?.trim().toLowerCase() === "yes";
}

/** Two digits. @throws {UsageError} none were given */
async function numberOf({ line, ask }: Surroundings): Promise<number> {
  const text = line.number ?? (await ask?.("The number that the provider's page shows: ")) ?? "";
  if (/^[1-9]\d$/.test(text.trim())) return Number(text);
  throw new UsageError("the provider's page shows a number of two digits: answer --number NUMBER");
}

const ENDINGS: Readonly<Partial<Record<Challenge["state"], string>>> = {
  refused: "You have denied it: nothing was verified.",
  cancelled: "The verification was given up, or another one has begun.",
  expired: "The hour of this verification is over.",
};

function ended({ phone, account }: Surroundings, challenge: Challenge): Outcome {
  if (challenge.state !== "verified") {
    return told(ENDINGS[challenge.state] ?? `It is ${challenge.state}.`, challenge);
  }
  const shows = phone.state().credentials.some(({ ref, codeSecret }) => ref === account.ref && codeSecret);
  const { oneTimeCode: _, ...shown } = challenge;
  return told(
    `${nameOfAccount(account)} works on this phone.${shows ? " Its one-time codes: codes." : ""}`,
    shown,
  );
}

/** What is missing, and how to go on. */
function missing(challenge: Challenge, lines: readonly string[]): Outcome {
  return told(lines.join("\n"), challenge);
}

/** The command that goes on with this account. */
function again({ phone, account }: Surroundings): string {
  const at = phone.state().accounts.findIndex(({ ref }) => ref === account.ref);
  return `verify ${at + 1}`;
}
