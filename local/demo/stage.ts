import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestLine } from "../../shared/log.ts";
import { system } from "../../shared/system.ts";
import { type LocalOptions, startLocalService } from "../host/localService.ts";
import { type Ask, createAsk } from "./ask.ts";
import type { Checks } from "./check.ts";
import { createPhoneOfStory, type PhoneOfStory, type PhoneSetup } from "./phone.ts";
import type { Teller } from "./tell.ts";
import { createWire } from "./wire.ts";

/** What the acts of the story play on. */
export interface Stage extends Ask {
  readonly tell: Teller;
  readonly check: Checks;
  /** Where the service answers. */
  readonly origin: string;
  /** A phone that nobody has signed in on. */
  phone(setup: PhoneSetup): Promise<PhoneOfStory>;
  /** A phone that its owner has signed in on, and that is registered. */
  registeredPhone(setup: PhoneSetup): Promise<PhoneOfStory>;
  /** Stops the service, and gathers what it got to see and what it kept. No request may follow. */
  stop(): Promise<Remains>;
}

interface Remains {
  /** The bodies of all requests. */
  readonly requests: Buffer;
  /** The database, in the bytes that it has on the disk. */
  readonly database: Buffer;
  /** The service's log. */
  readonly log: Buffer;
}

export interface StageOptions extends Pick<LocalOptions, "wrap"> {
  /** The drivers of the cloud in place of the embedded ones, each on a server that stands in for it. */
  readonly cloud?: { readonly store: boolean; readonly keys: boolean };
  readonly tell: Teller;
  readonly check: Checks;
}

/** Plays on a service of its own, in this process, on a free port, with a folder that is removed at the end. */
export async function withStage(
  { tell, check, wrap, cloud: parts }: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "authenticator-backup-demo-"));
  const lines: RequestLine[] = [];
  // Loaded only where it is asked for: the story runs on the embedded drivers.
  const cloud = parts && (await (await import("../cloud/cloud.ts")).startCloud(parts, system.now));
  try {
    const log = (line: RequestLine) => void lines.push(line);
    const service = await startLocalService({
      folder,
      system,
      log,
      ...(wrap && { wrap }),
      ...(cloud && { cloud }),
    });
    let stopped: Promise<void> | undefined;
    const stopService = () => {
      stopped ??= service.close();
      return stopped;
    };
    const { origin } = service;
    const wire = createWire();
    const ask = createAsk({ wire, tell, check });
    const phone = (setup: PhoneSetup) => createPhoneOfStory({ origin, wire, tell }, setup);
    try {
      await play({
        ...ask,
        tell,
        check,
        origin,
        phone,
        async registeredPhone(setup) {
          const made = await phone(setup);
          await made.signIn(`${setup.owner} signs in on the ${setup.name}`);
          await ask.accepted(made.register(), () => `the ${setup.name} is one of ${setup.owner}'s phones`);
          return made;
        },
        async stop() {
          await stopService();
          return {
            requests: Buffer.from(wire.exchanges.map(({ body }) => body).join("\n")),
            database: Buffer.from(cloud?.contents() ?? (await readDatabase(folder))),
            log: Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")),
          };
        },
      });
    } finally {
      await stopService();
    }
  } finally {
    await cloud?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The database's file, and what SQLite may have left beside it. */
async function readDatabase(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("backup.db"));
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}
