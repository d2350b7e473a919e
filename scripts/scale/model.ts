import { insertPrice } from "../../local/cloud/cosmosServer/prices.ts";

/** What one owner's backup takes and costs, as `npm run bench -- --only cost` prints it; test/bench/scale.test.ts measures it again. */
export interface Backup {
  readonly accounts: number;
  /** Request units, deletions by time to live counted. */
  readonly upload: number;
  readonly status: number;
  readonly recovery: number;
  /** Bytes that an owner holds, the versions among them, and how many those are. */
  readonly bytes: number;
  readonly ownerBytes: number;
  readonly versions: number;
}

export const BACKUPS: readonly Backup[] = [
  {
    accounts: 12,
    upload: 47.7,
    status: 3.3,
    recovery: 90.9,
    bytes: 248_500,
    ownerBytes: 9_200,
    versions: 46,
  },
  {
    accounts: 100,
    upload: 75.8,
    status: 3.4,
    recovery: 107.5,
    bytes: 1_679_600,
    ownerBytes: 10_000,
    versions: 46,
  },
];

/** What an owner's phones do in a day, and how much more of it there is at the busiest time than on average. */
export const LOAD = { uploads: 1, statuses: 3, recoveries: 1 / 365, peak: 3 } as const;

/** List prices in US dollars, of regions in the United States, November 2026. */
export const PRICES = {
  /** Azure Cosmos DB: 100 RU/s for an hour. Autoscale costs 1.5 times that, for the most that was used in each hour. */
  provisioned: 0.008,
  autoscale: 1.5,
  /** A million RU of a serverless account. */
  serverless: 0.25,
  /** A GB for a month. */
  cosmosStorage: 0.25,
  /** Block blobs, zone-redundant, hot tier: a GB for a month, and 10,000 writes. */
  blobStorage: 0.023,
  blobWrites: 0.065,
  /** A private endpoint for a month, which a storage account needs besides. */
  endpoint: 7.3,
} as const;

/** A serverless container: at most 1 TB, and 5,000 RU/s where it has one physical partition. */
const SERVERLESS = { gigabytes: 1_000, perSecond: 5_000 } as const;

/** A physical partition: at most 50 GB and 10,000 RU/s. */
const PARTITION = { gigabytes: 50, perSecond: 10_000 } as const;

/** Key Vault, RSA of 2,048 bits: 4,000 operations in 10 seconds. */
export const VAULT_PER_SECOND = 400;

const GB = 1e9;
const DAY = 24 * 60 * 60;
const DAYS = 365 / 12;
const HOURS = 24 * DAYS;

export interface Row {
  readonly owners: number;
  /** RU a second, on average and at the busiest time. */
  readonly mean: number;
  readonly peak: number;
  readonly gigabytes: number;
  /** Physical partitions. */
  readonly partitions: number;
  readonly kind: "serverless" | "autoscale";
  /** US dollars a month, of the database alone. */
  readonly dollars: number;
  /** Recoveries a second at the busiest time: each may be an unwrap in the vault. */
  readonly recoveries: number;
}

/** The design that there is: everything in Azure Cosmos DB. */
export function rowOf(backup: Backup, owners: number): Row {
  return rowWith(backup.upload, backup.bytes, backup, owners);
}

/** Where the envelopes are blobs instead, and the commit holds their names and digests. */
export function rowWithBlobs(backup: Backup, owners: number): Row {
  const envelopes = backup.bytes - backup.ownerBytes;
  const one = envelopes / backup.versions;
  // It is inserted, and deleted in the end: a deletion costs what the insert did.
  const row = rowWith(backup.upload - 2 * insertPrice(one, 1), backup.ownerBytes, backup, owners);
  const blobs =
    PRICES.endpoint +
    (owners * envelopes * PRICES.blobStorage) / GB +
    (owners * LOAD.uploads * DAYS * PRICES.blobWrites) / 10_000;
  return { ...row, dollars: row.dollars + blobs };
}

/** From how many owners on the blobs are cheaper; undefined if they never are, up to a hundred million. */
export function crossing(backup: Backup): number | undefined {
  for (let step = 400; step <= 800; step++) {
    const owners = 10 ** (step / 100);
    if (rowWithBlobs(backup, owners).dollars < rowOf(backup, owners).dollars) return owners;
  }
  return undefined;
}

function rowWith(upload: number, bytes: number, { status, recovery }: Backup, owners: number): Row {
  const aDay = LOAD.uploads * upload + LOAD.statuses * status + LOAD.recoveries * recovery;
  const mean = (owners * aDay) / DAY;
  const peak = LOAD.peak * mean;
  const gigabytes = (owners * bytes) / GB;
  const storage = gigabytes * PRICES.cosmosStorage;
  const serverless = (owners * aDay * DAYS * PRICES.serverless) / 1e6;
  // https://learn.microsoft.com/azure/cosmos-db/provision-throughput-autoscale: 10 RU/s for each GB, at the least.
  const highest = Math.max(1_000, Math.ceil(peak / 1_000) * 1_000, 10 * gigabytes);
  // It scales down to a tenth of that, and no further.
  const used = Math.max(mean, highest / 10);
  const autoscale = (used / 100) * PRICES.provisioned * PRICES.autoscale * HOURS;
  const fits = gigabytes <= SERVERLESS.gigabytes && peak <= SERVERLESS.perSecond;
  const kind = fits && serverless < autoscale ? "serverless" : "autoscale";
  return {
    owners,
    mean,
    peak,
    gigabytes,
    partitions: Math.max(1, Math.ceil(Math.max(gigabytes / PARTITION.gigabytes, peak / PARTITION.perSecond))),
    kind,
    dollars: storage + (kind === "serverless" ? serverless : autoscale),
    recoveries: (LOAD.peak * owners * LOAD.recoveries) / DAY,
  };
}

/** Ten thousand to a hundred million. */
export const OWNERS = [1e4, 1e5, 1e6, 1e7, 1e8];
