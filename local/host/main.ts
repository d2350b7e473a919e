import { join } from "node:path";
import { parseArgs } from "node:util";
import { logToConsole } from "../../shared/log.ts";
import { system } from "../../shared/system.ts";
import { OutdatedDatabase, quoted } from "../embedded/database.ts";
import { TOKEN_PATH } from "../issuer/http.ts";
import { openClock } from "./clock.ts";
import { startLocalService } from "./localService.ts";
import { OUTBOX_PATH } from "./outboxHttp.ts";

const HELP = `npm start -- [--port 7071] [--data .local] [--host NAME] [--work 50]
              [--texts PREFIXES]

Runs the service for development on 127.0.0.1, with its database and keys in a folder
of this checkout and a development issuer that signs in any made-up owner.

It answers to 127.0.0.1, localhost and [::1] with its port, and to each --host NAME: what
a tunnel or an emulator of a phone calls it (--host 10.0.2.2:7071).

--work: what a phone may ask for a second, in units of docs/configuration.md; more for a
test under load.
--texts: the numbers that text messages go to, which only the outbox gets: --texts +46,+49`;

const MINUTE = 60_000;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "7071" },
    data: { type: "string", default: ".local" },
    host: { type: "string", multiple: true },
    work: { type: "string" },
    texts: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
} else {
  await start(Number(values.port), values.data, values);
}

/** Of a database that can't be used, all that was made beside it is of no use either: keys, and phones at the command line. */
function explain(error: unknown): undefined {
  if (!(error instanceof OutdatedDatabase)) throw error;
  console.error(`The data in ${values.data} was made by a release with other rules, and is not migrated.
Remove it, and start again:

  rm -r ${quoted(values.data)}
`);
  process.exitCode = 1;
}

async function start(
  port: number,
  folder: string,
  {
    host: hosts,
    work,
    texts,
  }: { readonly host?: readonly string[]; readonly work?: string; readonly texts?: string },
): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError("--port is 1 to 65535");
  const clock = await openClock({ file: join(folder, "clock.json"), now: system.now });
  const service = await startLocalService({
    port,
    hosts,
    folder,
    system: { ...system, now: clock.now },
    clock,
    ...(work !== undefined && { work: Number(work) }),
    texts,
    log: logToConsole,
  }).catch(explain);
  if (!service) return;
  const { origin } = service;
  const option = port === 7071 ? "" : ` --origin ${origin}`;
  console.log(`The service answers at ${origin}/v1, with its data in ${folder}/. Ctrl-C ends it.

Get a token for a made-up owner:
  curl '${origin}${TOKEN_PATH}?owner=alice'

Three requests to try:
  curl ${origin}/v1/ready
  curl -i ${origin}/v1/backup
  npm run -s phone -- headers GET /v1/backup${option} | curl -H @- ${origin}/v1/backup

The first says that it is ready. The second is refused, and says why: nobody is signed in.
The third carries what a phone carries, and tells the state of alice's backup.

What was sent to phones and contacts: ${origin}${OUTBOX_PATH}

A phone at the command line:
  npm run phone -- turn-on${option}
  npm run phone -- upload local/phone/sample-accounts.json${option}
  npm run phone -- clock +7d${option}
  npm run phone -- --help
`);
  setInterval(() => void service.sweep(), MINUTE).unref();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void service.close());
}
