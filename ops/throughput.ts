import { API, openManagement } from "./azure/management.ts";
import { type Command, operandsOf, UsageError } from "./command.ts";
import { databaseOf, readAppSettings } from "./doctor/app.ts";
import { placeOf } from "./place.ts";

/** The most that a container may have without a quota of its own (https://learn.microsoft.com/azure/cosmos-db/limits). */
const MOST = 1_000_000;

/** Raises the most request units a second of the container of owners: to --max, or to twice of what it is. */
export const raiseThroughput: Command = async (surroundings, operands, options) => {
  operandsOf(operands, []);
  const place = placeOf(options, surroundings);
  const management = await openManagement(surroundings);
  const named = databaseOf(place, await readAppSettings(management, place));
  if (!named) throw new UsageError("The app's COSMOS_ENDPOINT names no account: see doctor.");
  const { account, database, owners } = named;
  const path = `${account}/sqlDatabases/${database}/containers/${owners}/throughputSettings/default`;
  const found = await management.read(path, API.DocumentDB);
  const now: number | undefined = found?.properties?.resource?.autoscaleSettings?.maxThroughput;
  if (now === undefined) {
    throw new UsageError(
      "The database is serverless, or its throughput is fixed: 5,000 RU/s a partition is the most. Another plan takes a new account: docs/operations.md, Restoring a database.",
    );
  }
  const next = options.max === undefined ? now * 2 : Number(options.max);
  if (!Number.isInteger(next) || next % 1000 !== 0 || next <= now || next > MOST) {
    throw new UsageError(`--max: thousands, above ${now} and at most ${MOST}`);
  }
  await management.put(path, API.DocumentDB, {
    properties: { resource: { autoscaleSettings: { maxThroughput: next } } },
  });
  return {
    printed: `${now} -> ${next} RU/s at most`,
    said: `Set ownersMaxThroughput = ${next} in the parameter file, or the next deployment takes it back. A tenth of it is paid for at least.`,
  };
};
