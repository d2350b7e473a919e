import { parseArgs } from "node:util";
import { UsageError } from "../phone/cli/commandLine.ts";
import { SAMPLE } from "./sample.ts";

/** An id of the service's that begins with "-", as one in 64 does. */
const DASHED_ID = /^-[\w-]{42}\.[\w-]{22}$/;

/** No argument of a process can hold it. */
const MARK = "\0";

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]) {
  const { values, positionals } = parse(args.map((arg) => (DASHED_ID.test(arg) ? MARK + arg : arg)));
  const [command = "help", ...operands] = positionals.map((operand) => operand.replace(MARK, ""));
  const { origin, issuer = origin, number, administrator } = values;
  for (const [option, url] of Object.entries({ origin, issuer })) {
    if (!URL.canParse(url)) throw new UsageError(`--${option} is a URL, http://127.0.0.1:7071`);
  }
  return {
    command,
    operands,
    asked: {
      subject: values.subject,
      route: administrator ? ("administrator" as const) : ("self-service" as const),
      showNumber: number,
      account: { organization: values.organization, userName: values.user },
    },
    tenant: values.tenant,
    accountIssuer: values["account-issuer"],
    key: values.key,
    watch: values.watch,
    revoke: values.revoke,
    json: values.json,
    origin: origin.replace(/\/+$/, ""),
    issuer,
    help: values.help || command === "help",
  };
}

export type CommandLine = ReturnType<typeof parseCommandLine>;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: {
        subject: { type: "string", default: SAMPLE.subject },
        organization: { type: "string", default: SAMPLE.organization },
        user: { type: "string", default: SAMPLE.userName },
        tenant: { type: "string", default: SAMPLE.tenant },
        "account-issuer": { type: "string", default: SAMPLE.issuer },
        administrator: { type: "boolean", default: false },
        number: { type: "boolean" },
        key: { type: "string" },
        watch: { type: "boolean", default: false },
        revoke: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        origin: { type: "string", default: "http://127.0.0.1:7071" },
        issuer: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
