import type { KeyVaultKey } from "@azure/keyvault-keys";
import {
  type Command,
  type Options,
  type Outcome,
  operandsOf,
  type Surroundings,
  UsageError,
} from "./command.ts";
import { followRewrap } from "./operations.ts";
import { startProgress } from "./progress.ts";
import { type OperatorClient, openService, type Status } from "./service.ts";
import { type KeyPlace, keyPlaceOf, openVaultKeys, type VaultKeys } from "./vaultKeys.ts";

/** Milliseconds within which a version that was made is not followed by another, but by --force. */
const YOUNG = 30 * 86_400_000;

/** Milliseconds within which not even --force makes another: instances may still be taking that one. */
const JUST_MADE = 3_600_000;

/** What is still under an older version, or names one. */
function olderOf({ keys }: Status) {
  return {
    items: Object.keys(keys.older),
    serviceKey: keys.serviceKey.filter((id) => !keys.current.includes(id)),
  };
}

/**
 * A new version of the key encryption key, and everything moved to it. Begun a second time, or taken up again, it makes
 * no further version: as long as something is left, and for 30 days after that.
 */
export const rotate: Command = async (surroundings, operands, options) => {
  const service = await openService(options, surroundings);
  const status = await service.status();
  const { vault, name } = keyOf(status, operands);
  const keys = await openVaultKeys(vault, surroundings);
  const newest = await keys.read(name);
  const isTakenUp = isGoingOn(newest, status, surroundings, options);
  // Before the first batch of re-wrapping it is not known what everything is under.
  if (!isTakenUp && !(await isSettled(service, surroundings))) return later(newest.id ?? "");
  const version = isTakenUp ? goOn(newest, surroundings) : await make(keys, name, surroundings);
  if (!(await isTaken(service, version, surroundings))) return later(version);
  const moved = await followRewrap(service, surroundings);
  if (moved.status) return moved;
  const { serviceKey } = olderOf(await service.status());
  if (serviceKey.length > 0) {
    return {
      printed: version,
      said: `${moved.printed}. SERVICE_KEY still names ${serviceKey.join(", ")}: service-key rewrap, set what it prints, and rotate once more, which makes no further version.`,
      status: 1,
    };
  }
  if (!(await isSettled(service, surroundings))) return later(version);
  return {
    printed: version,
    said: `${moved.printed}. Nothing names an older version: it can be disabled by key disable VERSION, after seven days in which a backup of the database may still name it.`,
  };
};

/** The key that is meant: the only one, or the one that is named where there are several vaults. @throws {UsageError} */
function keyOf({ keys }: Status, operands: readonly string[]): KeyPlace {
  const places = keys.current.map(keyPlaceOf);
  const [only, ...others] = places;
  if (operands.length === 0 && only && others.length === 0) return only;
  const ids = places.map(({ vault, name }) => `${vault}/keys/${name}`);
  const [id] = operandsOf(operands, ["KEY"]);
  const found = places[ids.indexOf(id)];
  if (!found) throw new UsageError(`KEY: one of ${ids.join(", ")}`);
  return found;
}

function isGoingOn(
  newest: KeyVaultKey,
  status: Status,
  { system }: Pick<Surroundings, "system">,
  { force }: Options,
): boolean {
  const older = olderOf(status);
  const isMoving = !status.keys.current.includes(newest.id ?? "");
  const isLeft = older.items.length > 0 || older.serviceKey.length > 0;
  const age = system.now() - (newest.properties.createdOn?.getTime() ?? 0);
  return isMoving || isLeft || age < (force ? JUST_MADE : YOUNG);
}

function goOn({ id = "", properties }: KeyVaultKey, { printError }: Surroundings): string {
  const made = properties.createdOn?.toISOString() ?? "before";
  printError(
    `A rotation is going on, to ${id}, made ${made}: it is taken up again. --force begins another once nothing is left.`,
  );
  return id;
}

async function make(keys: VaultKeys, name: string, { printError }: Surroundings): Promise<string> {
  const version = await keys.renew(name);
  printError(`Made ${version}.`);
  return version;
}

/** Milliseconds between two looks, and how often: a process keeps for a while which version it wraps under. */
const PAUSE = 15_000;
const LOOKS = 80;

/** Waits until the service wraps by this version: before that, nothing is older. */
const isTaken = (service: OperatorClient, version: string, surroundings: Surroundings) =>
  until(service, "waiting until the service takes the new version", surroundings, ({ keys }) =>
    keys.current.includes(version),
  );

/** Waits until no instance wraps by an older version any more. */
const isSettled = (service: OperatorClient, surroundings: Surroundings) =>
  until(
    service,
    "waiting until no instance wraps by an older version",
    surroundings,
    ({ rewrap }) => rewrap.settled,
  );

/** @returns whether it came to that, before it was ended or took too long */
async function until(
  service: OperatorClient,
  what: string,
  surroundings: Surroundings,
  holds: (status: Status) => boolean,
): Promise<boolean> {
  const progress = startProgress(surroundings);
  try {
    for (let look = 0; look < LOOKS && !surroundings.signal.aborted; look++) {
      if (holds(await service.status())) return true;
      progress.say(`${what}: ${Math.round((look * PAUSE) / 1000)} s, at most about 900 s`);
      await surroundings.pause(PAUSE);
    }
    return false;
  } catch (error) {
    if (surroundings.signal.aborted) return false;
    throw error;
  } finally {
    progress.end();
  }
}

function later(version: string): Outcome {
  return {
    printed: version,
    said: "It is not over yet. The same command goes on from here.",
    status: 1,
  };
}

/** Disables a version. What stops is told first; as long as something names it, only --force does it. */
export const disableKey: Command = async (surroundings, operands, options) => {
  const [id] = operandsOf(operands, ["VERSION"]);
  const { vault, name, version } = versionOf(id);
  const service = await openService(options, surroundings);
  const status = await service.status();
  const { keys, rewrap } = status;
  const items = keys.older[id] ?? 0;
  const stops = [
    keys.current.includes(id) &&
      "It is the current version: no backup could be turned on, and no key released.",
    keys.serviceKey.includes(id) &&
      "SERVICE_KEY names it: every recovery would stop, at the next start of each process.",
    items > 0 && `${items} items are under it: what they hold could not be recovered.`,
    !rewrap.settled &&
      items === 0 &&
      "An instance may still wrap by an older version: wait a quarter of an hour.",
  ].filter((reason) => reason !== false);
  if (stops.length > 0 && !options.force) {
    throw new UsageError(
      `${stops.join(" ")} Nothing was disabled; --force does it all the same, and can be undone.`,
    );
  }
  for (const reason of stops) surroundings.printError(reason);
  await (await openVaultKeys(vault, surroundings)).disable(name, version);
  return {
    printed: id,
    said: `Disabled. To undo: az keyvault key set-attributes --id ${id} --enabled true`,
  };
};

/** @throws {UsageError} it is no version */
function versionOf(id: string): Required<KeyPlace> & { readonly version: string } {
  const { version, ...place } = keyPlaceOf(id);
  if (version === undefined)
    throw new UsageError("a version's full id: https://{vault}/keys/{name}/{version}");
  return { ...place, version };
}
