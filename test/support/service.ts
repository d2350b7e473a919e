import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { readOutbox } from "../../local/embedded/outbox.ts";
import { type LocalOptions, type LocalService, startLocalService } from "../../local/host/localService.ts";
import type { Overrides } from "../../local/issuer/issuer.ts";
import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import { createPhone, type Phone } from "../../local/phone/acts/phone.ts";
import type { Refused } from "../../local/phone/acts/problem.ts";
import type { Begun, Opened, Waits } from "../../local/phone/acts/recovery/recovery.ts";
import type { PhoneOptions } from "../../local/phone/acts/session.ts";
import type { SettingName } from "../../shared/config/settings.ts";
import type { HoldersLine, NoticeLine, RequestLine, RewrapLine } from "../../shared/log.ts";
import { system } from "../../shared/system.ts";
import { type Counts, counting } from "./counting.ts";
import { checkDeclared } from "./declared.ts";
import { temporaryFolder } from "./folder.ts";
import { watchForLeaks } from "./leaks.ts";
import { markingKeys, markPhone, signInName } from "./marking.ts";
import { createMarks, type Marks } from "./marks.ts";
import { type Outcome, outcomeOf } from "./sent.ts";

/** When the tests' clocks start: inside a day, so that a few hours more are the same day. */
export const START = Date.parse("2026-11-22T08:00:00.000Z");

/** The drivers that the tests run on: the embedded ones, or those of the cloud where the environment says so. */
const PARTS = {
  store: process.env.TEST_STORE === "cosmos",
  keys: process.env.TEST_KEYS === "key-vault",
  notify: process.env.TEST_NOTIFY === "azure",
};

/** A SERVICE_KEY that is of its form, and holds what nobody can unwrap. */
export const FOREIGN_SERVICE_KEY = JSON.stringify([
  {
    kek: PARTS.keys ? `https://backup-test.vault.azure.net/keys/kek/${"0".repeat(32)}` : "file:another",
    alg: "RSA-OAEP-256",
    value: "A".repeat(342),
  },
]);

/** Made by the first service of this process: making an RSA key for each would be most of the tests' time. */
let keyEncryptionKey: Buffer | undefined;

export interface TestService extends LocalService {
  /** Milliseconds since the epoch; moved by `advance` alone. */
  readonly now: () => number;
  /** @param seconds by which the clock goes on */
  readonly advance: (seconds: number) => void;
  readonly adapters: Adapters;
  /** Where the embedded drivers keep their files. */
  readonly folder: string;
  /** Its service key, as the setting SERVICE_KEY that another instance over the same store needs. */
  readonly serviceKey: string;
  /** The calls at the ports while `act` ran; apart from them, those that sent its notices. */
  readonly counted: <T>(
    act: () => Promise<T>,
  ) => Promise<{ result: T; counts: Counts; notices: Required<Counts>["notices"] }>;
  readonly lines: readonly RequestLine[];
  /** What was sent to phones, mailboxes and numbers, and has arrived there, in order. */
  readonly sent: () => readonly Outcome[];
  /** What became of notices. */
  readonly noticeLines: readonly NoticeLine[];
  /** What became of re-wrapping. */
  readonly rewrapLines: readonly RewrapLine[];
  readonly holdersLines: readonly HoldersLine[];
  /** What it may not repeat. */
  readonly marks: Marks;
  /** Where it repeats it all the same, a sentence each: see `watchForLeaks`. */
  readonly leaks: () => Promise<string[]>;
}

export interface ServiceOptions extends Pick<LocalOptions, "wrap" | "work"> {
  /** Whether the service is made to leak, and the test looks for that itself. */
  readonly leaking?: boolean;
  /** Whether its host tells the clock, and moves it on. */
  readonly clock?: boolean;
  /** In the place of what the drivers bring. */
  readonly settings?: Readonly<Partial<Record<SettingName, string>>>;
}

/**
 * The service over real HTTP, with its own clock and folder; ends with the test. The test fails where a log line, a
 * problem or a notification holds what it may not [C4].
 */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  let time = START;
  const advance = async (seconds: number) => {
    time += seconds * 1000;
  };
  const cloud = await startCloud(PARTS, () => time);
  onTestFinished(() => cloud.close());
  const counts: Counts = { read: 0, list: 0, commit: 0, unwrap: 0 };
  const lines: RequestLine[] = [];
  const noticeLines: NoticeLine[] = [];
  const rewrapLines: RewrapLine[] = [];
  const holdersLines: HoldersLine[] = [];
  const marks = createMarks();
  let opened: Adapters | undefined;
  const folder = await temporaryFolder();
  const keyFile = join(folder, "key-encryption-key.pem");
  if (keyEncryptionKey) await writeFile(keyFile, keyEncryptionKey, { mode: 0o600 });
  const settings = { ...cloud.settings, ...options.settings };
  const service = await startLocalService({
    folder,
    cloud: { ...cloud, settings },
    system: { ...system, now: () => time },
    // These clocks stand still: a phone would come to the end of its budget.
    work: options.work ?? 1_000_000,
    ...(options.clock && { clock: { now: () => time, ahead: () => (time - START) / 1000, advance } }),
    log: (line) => {
      if ("endpoint" in line) lines.push(line);
      else if (line.operation === "rewrap") rewrapLines.push(line);
      else if (line.operation === "holders-sweep") holdersLines.push(line);
      else noticeLines.push(line);
    },
    wrap: (adapters) => {
      opened = adapters;
      return counting(markingKeys(options.wrap?.(adapters) ?? adapters, marks), counts);
    },
  });
  onTestFinished(() => service.close());
  if (!PARTS.keys) keyEncryptionKey ??= await readFile(keyFile);
  if (!opened) throw new Error("the service opened no drivers");
  const outbox = { file: join(folder, "outbox.db"), now: () => time };
  const sent = () => (cloud.arrived() ?? readOutbox(outbox).reverse()).map(outcomeOf);
  const leaks = watchForLeaks({
    origin: service.origin,
    lines,
    noticeLines,
    rewrapLines,
    holdersLines,
    store: opened.store,
    marks,
    sent,
  });
  if (!options.leaking) {
    onTestFinished(async () => {
      const found = await leaks();
      if (found.length > 0) throw new Error(`the service leaks: ${found.join("; ")}`);
    });
  }
  return {
    ...service,
    adapters: opened,
    folder,
    serviceKey: settings.SERVICE_KEY ?? (await readFile(join(folder, "service-key.json"), "utf8")),
    lines,
    sent,
    noticeLines,
    rewrapLines,
    holdersLines,
    marks,
    leaks,
    now: () => time,
    advance: (seconds) => void advance(seconds),
    counted: async (act) => {
      const before = { ...counts, notices: { list: 0, commit: 0, ...counts.notices } };
      const result = await act();
      const { list, commit } = { ...before.notices, ...counts.notices };
      const once = (counts.once ?? 0) - (before.once ?? 0);
      return {
        result,
        notices: { list: list - before.notices.list, commit: commit - before.notices.commit },
        counts: {
          read: counts.read - before.read,
          list: counts.list - before.list,
          commit: counts.commit - before.commit,
          unwrap: counts.unwrap - before.unwrap,
          ...(once > 0 && { once }),
        },
      };
    },
  };
}

export interface TestPhone extends Phone {
  /** The owner signs in (again), in the way that is told; the phone's next requests carry that token. */
  readonly signIn: (request?: Partial<TokenRequest>, overrides?: Overrides) => Promise<string>;
}

export type PhoneSetup = Partial<Omit<PhoneOptions, "origin" | "token">> & {
  readonly owner?: string;
  readonly signIn?: Partial<TokenRequest>;
};

/** A phone of an owner who has just signed in; not registered yet. */
export async function phoneOf(
  service: TestService,
  { owner = "alice", signIn: first, ...options }: PhoneSetup = {},
): Promise<TestPhone> {
  let token = "";
  async function signIn(request: Partial<TokenRequest> = {}, overrides: Overrides = {}): Promise<string> {
    const asked = { owner, ...first, ...request };
    token = await service.issuer.sign({ ...asked, owner: signInName(asked.owner) }, overrides);
    return token;
  }
  await signIn();
  const { fetch: carry = checkedFetch } = options;
  const phone = await createPhone({
    origin: service.origin,
    platform: "android",
    version: "6.8.0",
    name: "Pixel",
    system: { now: service.now, random: system.random },
    ...options,
    fetch: (input, init) => {
      learn();
      return carry(input, init);
    },
    token: async () => token,
  });
  const learn = markPhone(service.marks, phone, options.storageSecret);
  // Before the search, which was asked for first: what is asked for last is done first.
  onTestFinished(learn);
  return {
    ...phone,
    upload: (contents, overrides) => {
      service.marks.addContents(contents, service.now());
      return phone.upload(contents, overrides);
    },
    signIn,
  };
}

/** A phone that is registered. */
export async function registeredPhone(service: TestService, setup: PhoneSetup = {}): Promise<TestPhone> {
  const phone = await phoneOf(service, setup);
  expectOk(await phone.register());
  return phone;
}

/** A phone on which backup is on. */
export async function backedUpPhone(service: TestService, setup: PhoneSetup = {}): Promise<TestPhone> {
  const phone = await registeredPhone(service, setup);
  expectOk(await phone.enable());
  return phone;
}

/** Narrows a result to success. */
export function expectOk<R extends { readonly ok: boolean }>(
  result: R,
): asserts result is Extract<R, { ok: true }> {
  if (!result.ok)
    throw new Error(`refused: ${JSON.stringify("problem" in result ? result.problem : result)}`);
}

/** Narrows a recovery to one that brought the backup at once. */
export function expectOpened(result: Opened | Begun | Waits | Refused): asserts result is Opened {
  expectOk(result);
  if (result.contents === undefined) throw new Error("it waits");
}

/** The problem of a result that must be a refusal. */
export function problemOf(result: { readonly ok: boolean }) {
  if (result.ok || !("problem" in result)) throw new Error("was not refused");
  return result.problem as {
    readonly code: string;
    readonly status: number;
    readonly [member: string]: unknown;
  };
}

/** Holds every answer that comes against the declaration of its endpoint. */
const checkedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const text = await response.clone().text();
  const { pathname } = new URL(String(input));
  checkDeclared(init?.method ?? "GET", pathname, response.status, text === "" ? undefined : JSON.parse(text));
  return response;
};
