import { renderUnicodeCompact } from "uqr";
import * as z from "zod";
import type { Result } from "../phone/acts/problem.ts";
import { UsageError } from "../phone/cli/commandLine.ts";
import { formatProblem } from "../phone/cli/print/problem.ts";
import { type Activation, createProvider, grouped, type Issued, OVER, type Provider } from "./client.ts";
import { type CommandLine, parseCommandLine } from "./commandLine.ts";
import { HELP } from "./help.ts";

export interface Surroundings {
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Runs one command. @returns the exit status: 0, or 1 if it failed, or what it asked for came to nothing */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  const { print, printError, fetch } = surroundings;
  try {
    const line = parseCommandLine(args);
    if (line.help) {
      print(HELP);
      return 0;
    }
    const command = commands.get(line.command);
    if (!command) throw new UsageError(`there is no command ${line.command}: see --help`);
    const provider = createProvider({ origin: line.origin, token: () => signIn(line, fetch), fetch });
    return (await command(provider, line, surroundings)) ? 0 : 1;
  } catch (error) {
    printError(explain(error));
    return 1;
  }
}

/** @returns whether it led to what was asked for */
type Command = (provider: Provider, line: CommandLine, surroundings: Surroundings) => Promise<boolean>;

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    "issue",
    async (provider, line, surroundings) => {
      operandsOf(line, []);
      const issued = told(await provider.issue(line.asked, line.key), line, surroundings, formatIssued);
      if (!issued || !line.watch) return issued !== undefined;
      return await follow(provider, issued.activationId, line, surroundings);
    },
  ],
  [
    "watch",
    async (provider, line, surroundings) => {
      const [activationId] = operandsOf(line, ["the activation's ID"]);
      return await follow(provider, activationId, line, surroundings);
    },
  ],
  [
    "cancel",
    async (provider, line, surroundings) => {
      const [activationId] = operandsOf(line, ["the activation's ID"]);
      return isTold(await provider.cancel(activationId), line, surroundings, () => "Cancelled.");
    },
  ],
  [
    "credentials",
    async (provider, line, surroundings) => {
      const [credentialId] = operandsOf(line, ["the credential's ID"]);
      return line.revoke
        ? isTold(await provider.revoke(credentialId), line, surroundings, () => "Revoked.")
        : isTold(await provider.credential(credentialId), line, surroundings, ({ state }) =>
            state === "live" ? "The account's key counts." : "The account's key no longer counts.",
          );
    },
  ],
  [
    "verify-code",
    async (provider, line, surroundings) => {
      const [subject, code] = operandsOf(line, ["the SUBJECT", "the CODE"]);
      const asked = { issuer: line.accountIssuer, subject, code };
      const answer = told(await provider.verifyCode(asked), line, surroundings, ({ valid }) =>
        valid ? "The code is valid; it won't be again." : "The code is not valid.",
      );
      return answer?.valid === true;
    },
  ],
]);

/** Asks every 2 seconds, and tells what has changed, until it is over. @returns whether the account was verified */
async function follow(
  provider: Provider,
  activationId: string,
  line: CommandLine,
  surroundings: Surroundings,
): Promise<boolean> {
  let before = "";
  for (;;) {
    const result = await provider.read(activationId);
    const text = result.ok ? formatActivation(result.body) : "";
    if (!result.ok || text !== before) told(result, line, surroundings, () => text);
    if (!result.ok || OVER.has(result.body.state)) return result.ok && result.body.state === "verified";
    before = text;
    await surroundings.wait(Number(result.headers.get("Retry-After") ?? 2) * 1000);
  }
}

/** Prints an answer, or why there is none. @returns its body */
function told<Body>(
  result: Result<Body>,
  { json }: CommandLine,
  { print, printError }: Surroundings,
  format: (body: Body) => string,
): Body | undefined {
  if (result.ok) {
    print(json ? JSON.stringify(result.body ?? {}) : format(result.body));
    return result.body;
  }
  printError(json ? JSON.stringify(result.problem) : formatProblem(result, []));
  return undefined;
}

function isTold<Body>(
  result: Result<Body>,
  line: CommandLine,
  surroundings: Surroundings,
  format: (body: Body) => string,
): boolean {
  told(result, line, surroundings, format);
  return result.ok;
}

function formatIssued({ code, qr, activationId, expiresAt }: Issued): string {
  return `${renderUnicodeCompact(qr, { border: 2 })}

Scan this with the app, or type in   ${grouped(code)}   until ${expiresAt}.

Follow it:   npm run provider -- watch ${activationId}
Cancel it:   npm run provider -- cancel ${activationId}`;
}

const SENTENCES: Readonly<Record<string, string>> = {
  issued: "Issued: no phone has used the code yet.",
  claimed: "Claimed: a phone has used the code.",
  confirming: "Confirming: the phone was asked.",
  verified: "Verified: the account works on the phone.",
  refused: "Refused: the owner said no, or typed a wrong number.",
  expired: "Expired: it came to nothing.",
  cancelled: "Cancelled.",
};

function formatActivation({ state, number, credentialId, publicKey }: Activation): string {
  return [
    SENTENCES[state] ?? state,
    ...(number === undefined ? [] : [`Type into the phone:   ${number}`]),
    ...(publicKey ? [`Its key: ${JSON.stringify(publicKey)}`] : []),
    ...(credentialId === undefined
      ? []
      : [`Whether it counts:   npm run provider -- credentials ${credentialId}`]),
  ].join("\n");
}

function operandsOf<const Names extends readonly string[]>(
  { command, operands }: CommandLine,
  names: Names,
): { [Index in keyof Names]: string };
function operandsOf({ command, operands }: CommandLine, names: readonly string[]): readonly string[] {
  if (operands.length === names.length) return operands;
  throw new UsageError(`${command} takes ${names.join(" and ") || "nothing"} after it`);
}

const tokenSchema = z.looseObject({ access_token: z.string() });

/**
 * The app's token, of the development issuer: of the named organization or, for codes of personal accounts, of the one that
 * those belong to there. @throws {UsageError}
 */
async function signIn(
  { issuer, tenant, command }: CommandLine,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const response = await fetch(new URL("/dev/token", issuer).href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      owner: "provider-app",
      kind: "provider",
      ...(command !== "verify-code" && { profile: "entra", tenant }),
    }),
  });
  if (response.status === 400) throw new UsageError(`no token for the organization ${tenant}: is it a GUID?`);
  if (!response.ok) throw new UsageError(`no sign-in at ${issuer}: HTTP ${response.status}`);
  return tokenSchema.parse(await response.json()).access_token;
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof TypeError && error.message === "fetch failed") {
    return "The service did not answer. Is it running (npm start), and at that --origin?";
  }
  throw error;
}
