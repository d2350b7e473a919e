import { startCloud } from "../local/cloud/cloud.ts";
import { type LocalService, startLocalService } from "../local/host/localService.ts";
import { createPhone } from "../local/phone/acts/phone.ts";
import type { OwnContents } from "../local/phone/protocol/accounts.ts";
import { machine } from "../local/phone/protocol/system.ts";
import type { RequestLine } from "../shared/log.ts";
import { system } from "../shared/system.ts";
import { withFolder } from "./processes.ts";

/** What one operation costs on Azure, by the prices of local/cloud/cosmosServer/prices.ts: the mean of several. */
export interface Cost {
  readonly operation: string;
  /** How many accounts the backup holds. */
  readonly accounts: number;
  /** Request units (RU) that the request is charged. */
  readonly request: number;
  /** RU of deletions by time to live that follow from it. */
  readonly later: number;
  /** Calls at the store. */
  readonly store: number;
  /** Calls at the vault. */
  readonly vault: number;
}

/** What one owner holds in the store, in the state in which `measureCost` leaves them. */
export interface Held {
  readonly accounts: number;
  /** Bytes of the owner's item, as JSON. */
  readonly ownerBytes: number;
  /** Bytes of everything in the owner's partition that has no time to live. */
  readonly keptBytes: number;
  /** How many versions that is. */
  readonly versions: number;
}

export interface Costs {
  readonly costs: readonly Cost[];
  readonly held: readonly Held[];
}

/** Sizes of backups: what people have, and a large one. */
const SIZES = [12, 100];

const DAY = 24 * 60 * 60 * 1000;

/** Days after which a history that has an upload a day no longer grows, whatever is held in it: 31, and the six it is behind. */
const SETTLED = 45;

/** Days that are measured. */
const MEASURED = 20;

/** Uploads of a day on which somebody sets up several accounts, and the milliseconds between them. */
const BUSY = 5;
const PAUSE = 600_000;

/**
 * Runs the service on the stand-ins of Azure Cosmos DB and Key Vault, with a clock of its own, and adds up what each
 * operation is charged.
 */
export async function measureCost(sizes: readonly number[] = SIZES): Promise<Costs> {
  const results: { costs: Cost[]; held: Held }[] = [];
  for (const accounts of sizes) results.push(await withFolder((folder) => measureOne(folder, accounts)));
  return { costs: results.flatMap(({ costs }) => costs), held: results.map(({ held }) => held) };
}

/** A service on the stand-ins, and what it was charged. */
interface Site {
  readonly phone: (name: string) => ReturnType<typeof createPhone>;
  /** Lets the clock go on. */
  readonly pass: (milliseconds: number) => void;
  /** Adds what these cost to the results, as their mean. */
  readonly measure: (operation: string, acts: readonly (() => Promise<Answer>)[]) => Promise<void>;
  readonly contents: () => string;
}

type Answer = { readonly ok: boolean };

async function measureOne(folder: string, accounts: number): Promise<{ costs: Cost[]; held: Held }> {
  const costs: Cost[] = [];
  return await withSite(folder, { accounts, costs }, async (site) => {
    const phone = await registered(site, "Pixel");
    await registered(site, "Old phone");
    expectOk(await phone.enable());
    let uploads = 0;
    const upload = (pause: number) => {
      site.pass(pause);
      return phone.upload(contentsOf(accounts, uploads++));
    };
    for (let day = 0; day < SETTLED; day++) expectOk(await upload(DAY));
    await site.measure(
      "status",
      repeat(5, () => phone.status()),
    );
    await site.measure(
      "upload, one a day",
      repeat(MEASURED, () => upload(DAY)),
    );
    // The history has the last of each day, however many came before it.
    const pauses = [DAY - (BUSY - 1) * PAUSE, ...repeat(BUSY - 1, PAUSE)];
    for (const pause of [...pauses, ...pauses]) expectOk(await upload(pause));
    const busyDays = repeat(MEASURED, pauses).flat();
    await site.measure(
      "upload, five a day",
      busyDays.map((pause) => () => upload(pause)),
    );
    const held = heldIn(site.contents(), accounts);
    await site.measure(
      "key, remembered",
      repeat(5, () => phone.key()),
    );
    const later = () => {
      site.pass(PAUSE);
      return phone.key();
    };
    await site.measure("key, unwrapped", repeat(5, later));
    const others = await Promise.all(["A", "B", "C"].map(site.phone));
    site.pass(DAY);
    await site.measure(
      "register",
      others.map((other) => () => other.register()),
    );
    await site.measure(
      "recover",
      others.map((other) => () => other.recover()),
    );
    return { costs, held };
  });
}

function repeat<Item>(times: number, item: Item): Item[] {
  return Array(times).fill(item);
}

async function registered(site: Site, name: string) {
  const phone = await site.phone(name);
  expectOk(await phone.register());
  return phone;
}

/** Starts the service and what it stands on, and ends both. */
async function withSite<Result>(
  folder: string,
  { accounts, costs }: { readonly accounts: number; readonly costs: Cost[] },
  act: (site: Site) => Promise<Result>,
): Promise<Result> {
  let time = Date.parse("2026-11-02T08:00:00.000Z");
  const now = () => time;
  const cloud = await startCloud({ store: true, keys: true }, now);
  const lines: RequestLine[] = [];
  const service = await startLocalService({
    folder,
    cloud,
    system: { ...system, now },
    // The clock stands still between the requests: a phone would come to the end of its budget.
    work: 1_000_000,
    log: (line) => {
      if ("endpoint" in line) lines.push(line);
    },
  });
  try {
    return await act({
      phone: (name) => phoneOf(service, name, now),
      pass: (milliseconds) => {
        time += milliseconds;
      },
      measure: async (operation, acts) => {
        const before = cloud.expiring();
        lines.length = 0;
        for (const act of acts) expectOk(await act());
        costs.push({ operation, accounts, ...costOf(lines, cloud.expiring() - before, acts.length) });
      },
      contents: () => cloud.contents() ?? "",
    });
  } finally {
    await Promise.all([service.close(), cloud.close()]);
  }
}

async function phoneOf({ origin, issuer }: LocalService, name: string, now: () => number) {
  return await createPhone({
    origin,
    platform: "android",
    version: "6.8.0",
    name,
    token: () => issuer.sign({ owner: "owner" }),
    system: { ...machine, now },
  });
}

/** @param later RU of deletions by time to live @param times how many operations these lines are of */
function costOf(
  lines: readonly RequestLine[],
  later: number,
  times: number,
): Omit<Cost, "operation" | "accounts"> {
  const calls = lines.flatMap(({ calls = [] }) => calls);
  const mean = (total: number) => Math.round((total / times) * 10) / 10;
  return {
    request: mean(lines.reduce((sum, { charge = 0 }) => sum + charge, 0)),
    later: mean(later),
    store: mean(calls.filter(({ port }) => port === "store").length),
    vault: mean(calls.filter(({ port }) => port === "keys").length),
  };
}

/** @param contents the documents of each container, a JSON array a line */
function heldIn(contents: string, accounts: number): Held {
  const documents = contents.split("\n").flatMap((line) => JSON.parse(line) as Record<string, unknown>[]);
  const bytes = (kept: readonly object[]) =>
    kept.reduce((sum, document) => sum + Buffer.byteLength(JSON.stringify(document)), 0);
  return {
    accounts,
    ownerBytes: bytes(documents.filter(({ id }) => id === "owner")),
    keptBytes: bytes(documents.filter(({ ttl }) => ttl === undefined)),
    versions: documents.filter(({ id }) => String(id).startsWith("envelope:")).length,
  };
}

/** Accounts with one-time codes, and a few with push; the last one has another secret each time. */
function contentsOf(accounts: number, time: number): OwnContents {
  const push = [
    {
      kind: "personal",
      issuer: "Contoso",
      userName: "alice@contoso.example",
      push: true,
      authority: "https://issuer.localhost/personal/oidc",
      subject: "alice",
    },
    {
      kind: "work-or-school",
      issuer: "Fabrikam",
      userName: "alice@fabrikam.example",
      push: true,
      tenant: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
      subject: "3b0f4c2e-9d1a-4f7e-8a52-6c0c5d0d7b11",
    },
  ] as const;
  const codes = Array.from({ length: accounts - push.length }, (_, at) => ({
    kind: "third-party" as const,
    issuer: `Northwind ${at}`,
    userName: "alice@example.com",
    push: false as const,
    otp: {
      type: "totp" as const,
      secret: secretOf(at, at === 0 ? time : 0),
      algorithm: "SHA1" as const,
      digits: 6,
      period: 30,
    },
  }));
  return {
    version: 1,
    accounts: [...push, ...codes],
    settings: { appLock: true, hideCodes: false, theme: "system", sort: "manual" },
  };
}

/** 160 bits, base32: different ones for each account and time. */
function secretOf(account: number, time: number): string {
  const digits = (account * 1_000 + time).toString(2).padStart(20, "0");
  return digits.replaceAll("0", "A").replaceAll("1", "B").padEnd(32, "MFRGGZDF");
}

function expectOk(answer: Answer): void {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer)}`);
}
