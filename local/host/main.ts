import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { logToConsole } from "../../shared/log.ts";
import { system } from "../../shared/system.ts";
import { OutdatedDatabase } from "../embedded/database.ts";
import { KeyFileMissing } from "../embedded/keyFiles.ts";
import { removing } from "../embedded/unusable.ts";
import { TOKEN_PATH } from "../issuer/http.ts";
import { PATHS } from "../provider/page.ts";
import { readPort, readWhole, runProgram, Stopped } from "../terminal/program.ts";
import { openClock } from "./clock.ts";
import { type LocalService, startLocalService } from "./localService.ts";
import { OUTBOX_PATH } from "./pages/outbox.ts";
import { readOrigin } from "./publicOrigin.ts";

const MINUTE = 60_000;

const PORT = "7071";

await runProgram(
  {
    name: "npm start",
    about: `Runs the service for development on 127.0.0.1, with its database and keys in a folder of this checkout, and a development issuer that signs in any made-up owner.

An emulator of Android reaches it as http://10.0.2.2:${PORT}, which --public-origin has to say; so does the address of a tunnel. After "adb reverse tcp:${PORT} tcp:${PORT}" a phone or an emulator reaches it as http://127.0.0.1:${PORT}, and nothing has to be said.`,
    options: {
      port: { type: "string", default: PORT, value: "PORT", means: "where it listens" },
      data: { type: "string", default: ".local", value: "FOLDER", means: "where its data is" },
      "public-origin": {
        type: "string",
        value: "ORIGIN",
        means:
          "what phones call it, if not by 127.0.0.1: their proofs name it, and it is answered to. All phones have to, the one at the command line too",
      },
      host: {
        type: "string",
        multiple: true,
        value: "NAME",
        means: "another name that it answers to, with its port, besides 127.0.0.1, localhost and [::1].",
      },
      work: {
        type: "string",
        value: "UNITS",
        means:
          "what a phone may ask for a second, in units of docs/configuration.md; more for a test under load",
      },
      texts: {
        type: "string",
        value: "PREFIXES",
        means: "the numbers that text messages go to, which only the outbox gets: +46,+49",
      },
    },
  },
  async ({ port, data, host: hosts, "public-origin": publicOrigin, work, texts }) => {
    const options = {
      port: readPort(port),
      hosts,
      publicOrigin: publicOrigin === undefined ? undefined : readOrigin(publicOrigin),
      work: work === undefined ? undefined : readWhole("--work", work),
      texts,
    };
    if (data.trim() === "") throw new Stopped("--data is the folder of the data, and empty.");
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const clock = await openClock({ file: join(data, "clock.json"), now: system.now });
    const service = await startLocalService({
      ...options,
      folder: data,
      system: { ...system, now: clock.now },
      clock,
      log: logToConsole,
      explainProof: (line) => console.error(line),
    }).catch((error: unknown) => beginAnew(error, data));
    welcome(service, data);
    void service.sweep();
    setInterval(() => void Promise.all([service.sweep(), service.rewrap()]), MINUTE).unref();
    setInterval(() => void service.sweepHolders(), 60 * MINUTE).unref();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void service.close());
  },
);

/** Of a database that can't be used, all that was made beside it is of no use either: keys, and phones at the command line. */
function beginAnew(error: unknown, folder: string): never {
  const anew = `To begin anew, remove all of it: ${removing([folder])}`;
  if (error instanceof OutdatedDatabase) {
    throw new Stopped(
      `The data in ${folder} was made by a release with other rules, and is not migrated. ${anew}`,
      { cause: error },
    );
  }
  if (error instanceof KeyFileMissing) {
    throw new Stopped(
      `A key file in ${folder} is gone (${error.missing.join(", ")}), and the backups there can't be opened without it: put a copy back. ${anew}`,
      { cause: error },
    );
  }
  throw error;
}

function welcome({ origin, publicOrigin }: LocalService, folder: string): void {
  const option = origin === `http://127.0.0.1:${PORT}` ? "" : ` --origin ${origin}`;
  console.log(`The service answers at ${origin}/v1, with its data in ${folder}. Ctrl-C ends it.
${publicOrigin === origin ? "" : `\nPhones call it ${publicOrigin}, and no other name.\n`}
In a browser, where to begin and every request: ${origin}/

Get a token for a made-up owner:
  curl '${origin}${TOKEN_PATH}?owner=alice'

Three requests to try:
  curl ${origin}/v1/ready
  curl -i ${origin}/v1/backup
  npm run -s phone -- headers GET /v1/backup${option} |
    curl -H @- ${origin}/v1/backup

The first says that it is ready. The second is refused, and says why: nobody
is signed in. The third carries what a phone carries, and tells the state of
alice's backup.

What was sent to phones and contacts: ${origin}${OUTBOX_PATH}
A provider's pages: ${origin}${PATHS["security-info"]} and ${origin}${PATHS.administrator}

A phone at the command line:
  npm run phone -- turn-on${option}
  npm run phone -- upload local/phone/sample-accounts.json${option}
  npm run phone -- clock +7d${option}
  npm run phone -- --help
`);
}
