import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { system } from "../../shared/system.ts";
import { readOutbox } from "../embedded/outbox.ts";
import { openClock } from "../host/clock.ts";
import { CLOCK_PATH } from "../host/clockHttp.ts";
import { type LocalOptions, startLocalService } from "../host/localService.ts";
import { pushTokenOf } from "../phone/cli/notices.ts";
import type { Checks } from "./check.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { createPhoneOfStory, type PhoneOfStory, type PhoneSetup } from "./phone.ts";
import { createProvider, type Provider } from "./provider.ts";
import { createRequests, type Requests } from "./requests.ts";
import type { Teller } from "./tell.ts";

/** What the acts of the story use. */
export interface Stage extends Pick<Requests, "accepted" | "refused"> {
  readonly outbox: Outbox;
  readonly tell: Teller;
  readonly check: Checks;
  /** Where the service answers. */
  readonly origin: string;
  /** The time of the service and of the phones: milliseconds since 1970. */
  readonly now: () => number;
  /** Who provides accounts, and issues codes for them. */
  provider(setup: Parameters<typeof createProvider>[1]): Provider;
  /** A phone that nobody has signed in on. */
  phone(setup: PhoneSetup): Promise<PhoneOfStory>;
  /** The phone becomes one of its owner's, and says where its push notifications go. */
  register(phone: PhoneOfStory, meaning: string): Promise<void>;
  /** A phone that its owner has signed in on, and that is registered. */
  registeredPhone(setup: PhoneSetup): Promise<PhoneOfStory>;
  /** Moves the service's clock on, and the phones' with it. */
  pass(days: number, meaning: string): Promise<void>;
  /**
   * Stops the service, and gathers what it saw and what it kept: the bodies of all requests, the bytes of the database
   * on the disk, the log. No request may follow.
   */
  stop(): Promise<Readonly<Record<"requests" | "database" | "log", Buffer>>>;
}

export interface StageOptions extends Pick<LocalOptions, "wrap"> {
  /** The drivers of the cloud instead of the embedded ones, each on a server that stands in for it. */
  readonly cloud?: { readonly store: boolean; readonly keys: boolean };
  readonly tell: Teller;
  readonly check: Checks;
}

/** Plays on a service of its own, in this process, on a free port, with a folder that is removed at the end. */
export async function withStage(
  { tell, check, wrap, cloud: parts }: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "authenticator-backup-demo-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  // It holds keys: Ctrl-C leaves it behind no more than the end does.
  const leave = (signal: NodeJS.Signals) => {
    rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, leave);
    opened.defer(() => void process.off(signal, leave));
  }
  const clock = await openClock({ file: join(folder, "clock.json"), now: system.now });
  // Loaded only when asked for: the story runs on the embedded drivers.
  const cloud = parts && (await (await import("../cloud/cloud.ts")).startCloud(parts, clock.now));
  opened.defer(async () => cloud?.close());
  const lines: string[] = [];
  const service = await startLocalService({
    folder,
    system: { ...system, now: clock.now },
    clock,
    log: (line) => lines.push(JSON.stringify(line)),
    ...(wrap && { wrap }),
    ...(cloud && { cloud }),
  });
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= service.close());
  opened.defer(stop);

  const { origin } = service;
  const requests = createRequests({ tell, check });
  const outbox = createOutbox({
    read: () => readOutbox({ file: join(folder, "outbox.db"), now: clock.now }),
    tell,
  });
  const phone = (setup: PhoneSetup) => createPhoneOfStory({ origin, requests, now: clock.now }, setup);
  async function register(made: PhoneOfStory, meaning: string): Promise<void> {
    const token = pushTokenOf(made);
    outbox.name(token, made.name);
    await requests.accepted(made.register(), () => meaning);
    await requests.accepted(
      made.sayPushToken({ environment: "production", token, language: "en" }),
      () => "what happens is told to it, too",
    );
  }
  await play({
    ...requests,
    tell,
    check,
    origin,
    now: clock.now,
    outbox,
    provider: (setup) => createProvider({ origin, requests }, setup),
    phone,
    register,
    async registeredPhone(setup) {
      const { owner, name, hands } = setup;
      const made = await phone(setup);
      await made.signIn(
        hands ? `${hands} signs in as ${owner} on the ${name}` : `${owner} signs in on the ${name}`,
      );
      await register(made, `the ${name} is ${hands ? "taken for " : ""}one of ${owner}'s phones`);
      return made;
    },
    async pass(days, meaning) {
      const response = await requests.fetch(origin + CLOCK_PATH, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ seconds: days * 86_400 }),
      });
      if (!response.ok) throw new Error(`the clock was not moved: ${response.status}`);
      requests.told(meaning);
    },
    async stop() {
      await stop();
      return {
        requests: Buffer.from(requests.bodies.join("\n")),
        database: Buffer.from(cloud?.contents() ?? (await readDatabase(folder))),
        log: Buffer.from(lines.join("\n")),
      };
    },
  });
}

/** The database's file, and what SQLite may have left beside it. */
async function readDatabase(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("backup.db"));
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}
