import { timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { openKek, readServiceKeys, serviceKeyFile } from "../functions/compose/adapters.ts";
import { readKeysConfig } from "../shared/config/read.ts";
import { MOST_SERVICE_KEYS } from "../shared/config/settings.ts";
import type { KeyEncryptionKey } from "../shared/keys/port.ts";
import {
  makeServiceKey,
  type ServiceKeyEntry,
  unwrapServiceKey,
  wrapServiceKey,
} from "../shared/keys/serviceKey.ts";
import type { WrappedKey } from "../shared/model/userKey.ts";
import type { System } from "../shared/system.ts";
import { type Command, type Outcome, operandsOf, type Surroundings, UsageError } from "./command.ts";

interface Situation {
  readonly kek: KeyEncryptionKey;
  readonly system: System;
  /** The service keys that there are, newest first; none before the first is made. */
  readonly current: readonly ServiceKeyEntry[];
}

interface Changed {
  readonly list: readonly ServiceKeyEntry[];
  readonly said: string;
}

/** What an operator can make of the service key: each prints the setting, and changes nothing itself. */
export const serviceKeyCommands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ make, replace, rewrap, retire }).map(([name, change]) => [
    name,
    (surroundings, operands) => {
      operandsOf(operands, []);
      return runChange(surroundings, change);
    },
  ]),
);

/** Milliseconds: the Azure CLI alone takes seconds for a token. */
const TIME_LIMIT = 60_000;

async function runChange(
  surroundings: Surroundings,
  change: (situation: Situation) => Promise<Changed>,
): Promise<Outcome> {
  const { variables, system, openCredential, clientOptions } = surroundings;
  const config = readKeysConfig(variables);
  const { keys } = config;
  const kek = await openKek(config, system, {
    ...(keys.driver === "key-vault" && { credential: await openCredential() }),
    ...(clientOptions && { clientOptions }),
    timeLimit: TIME_LIMIT,
  });
  const file = keys.driver === "file" && !keys.serviceKeys ? serviceKeyFile(keys) : undefined;
  const isMade = file === undefined || existsSync(file);
  const current = isMade ? await readServiceKeys(config, kek, system) : [];
  const { list, said } = await change({ kek, system, current });
  const place = file ? `Put it into ${file}, which only its user may read.` : "Set it as SERVICE_KEY.";
  return { printed: JSON.stringify(list), said: `${said} ${place}` };
}

async function make({ kek, system, current }: Situation): Promise<Changed> {
  if (current.length > 0) {
    throw new UsageError(
      "There is a service key. Another one would open no backup: see service-key replace.",
    );
  }
  const first = await makeServiceKey(kek, system);
  return {
    list: [first],
    said: `A first service key, wrapped by ${first.kek}. Keep a copy: without it no backup can be opened.`,
  };
}

async function replace({ kek, system, current }: Situation): Promise<Changed> {
  requireSome(current);
  if (current.length >= MOST_SERVICE_KEYS) {
    throw new UsageError(`There are ${current.length} service keys, the most that SERVICE_KEY may hold.`);
  }
  return {
    list: [await makeServiceKey(kek, system), ...current],
    said: "A new service key stands in front. What was made with the older ones stays good until service-key retire.",
  };
}

async function rewrap({ kek, system, current }: Situation): Promise<Changed> {
  requireSome(current);
  // Only a key that is wrapped tells which version is current.
  const { kek: newest } = await makeServiceKey(kek, system);
  const older = current.filter((entry) => entry.kek !== newest);
  const list = await Promise.all(
    current.map(async (entry) =>
      older.includes(entry) ? { ...entry, ...(await rewrapped(kek, entry)) } : entry,
    ),
  );
  return { list, said: `Wrapped again under ${newest}: ${older.length} of ${current.length}.` };
}

/** Opened once more before it is printed: a value that doesn't open, once it is set, stops every recovery. */
async function rewrapped(kek: KeyEncryptionKey, before: WrappedKey): Promise<WrappedKey> {
  const key = await unwrapServiceKey(kek, before);
  const after = await wrapServiceKey(kek, Uint8Array.from(key));
  const again = await unwrapServiceKey(kek, after);
  const isSame = timingSafeEqual(again, key);
  for (const copy of [key, again]) copy.fill(0);
  if (!isSame) throw new Error("a service key that was wrapped again is another one");
  return after;
}

async function retire({ current }: Situation): Promise<Changed> {
  const [newest] = current;
  const oldest = current.at(-1);
  if (!newest || !oldest || newest === oldest) {
    throw new UsageError("There is no older service key that could be retired: see service-key replace.");
  }
  return {
    list: [newest, { ...oldest, use: "references" }],
    said: "What is still under another than the newest service key does not open any more: keep the value of before.",
  };
}

/** @throws {UsageError} there is none yet */
function requireSome(current: readonly ServiceKeyEntry[]): void {
  if (current.length === 0) throw new UsageError("There is no service key yet: see service-key make.");
}
