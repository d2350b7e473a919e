import { short } from "./draw.ts";
import {
  BACKUPS,
  type Backup,
  crossing,
  LOAD,
  OWNERS,
  PRICES,
  rowOf,
  rowWithBlobs,
  VAULT_PER_SECOND,
} from "./model.ts";

/** docs/scale.md. */
export function document(): string {
  return `# Scale

What the database costs from ten thousand owners to a hundred million, and where another design would be cheaper. On paper: made by
\`npm run scale\` from the request units (RU) that \`npm run bench -- --only cost\` adds up by the documented prices, and from list prices.
A test holds this page to both. Nothing of it was measured on Azure: the log line of each request has the account's own figure
(\`charge\`), and that is the one to plan by.

![Cost, request units and storage by the number of owners, on logarithmic axes](scale.svg)

Lines: everything in Azure Cosmos DB, as it is. Dashes: envelopes as blobs.

${BACKUPS.map(section).join("\n\n")}

## What it rests on

- An owner's phones upload ${LOAD.uploads === 1 ? "once" : `${LOAD.uploads} times`} a day and ask for the status ${LOAD.statuses} times; an owner recovers once a year. The busiest time
  has ${LOAD.peak} times the average.
- Of each upload ${BACKUPS.map(({ accounts, upload }) => `${upload} RU with ${accounts} accounts`).join(", ")}; of a status about ${BACKUPS[0]?.status}; of a recovery about ${Math.round(BACKUPS[0]?.recovery ?? 0)}. Deletions by time to
  live are counted. The prices by size, with their sources, stand in \`local/cloud/cosmosServer/prices.ts\`; large items may cost up to
  1.4 times as much.
- A history of ${BACKUPS[0]?.versions} versions: the newest ten, and the last of each of 31 days, behind by six.
- [Azure Cosmos DB](https://azure.microsoft.com/pricing/details/cosmos-db/autoscale-provisioned/): 100 RU/s for ${dollars(PRICES.provisioned)} an hour, with autoscale ${PRICES.autoscale} times that;
  [serverless](https://azure.microsoft.com/pricing/details/cosmos-db/serverless/) ${dollars(PRICES.serverless)} a million RU, up to 1 TB and 5,000 RU/s; ${dollars(PRICES.cosmosStorage)} a GB and month. One region; without the surcharge for zones, reserved
  capacity, or what a company has agreed on. The cheaper of serverless and autoscale is shown.
- [Blobs](https://azure.microsoft.com/pricing/details/storage/blobs/), zone-redundant, hot: ${dollars(PRICES.blobStorage)} a GB and month, ${dollars(PRICES.blobWrites)} for 10,000 writes; a private endpoint for ${dollars(PRICES.endpoint)} a month.
- Autoscale goes down to a tenth of its highest, which is 1,000 RU/s and 10 RU/s for each GB at the least.
- A physical partition holds 50 GB and 10,000 RU/s. An owner's partition stays far below its 20 GB.
- Not in it: the app's own compute, the vault, telemetry, messages.

## Where another design is cheaper

${BACKUPS.map(verdict).join("\n")}

A blob is charged for each write whatever its size, as much as ${ratio(PRICES.blobWrites / 10_000, (PRICES.provisioned * PRICES.autoscale) / 100 / 3_600)} RU with autoscale; a small envelope costs less than that in the
database. What speaks for blobs are bytes that lie: a GB costs a tenth. So it is the size of backups that decides, and hardly
the number of owners. A second store also means a second thing that can fail in an upload, and ciphertexts to sweep that no commit names.

## Key Vault

An upload and a status need no vault. A recovery may be one unwrap. A vault serves ${VAULT_PER_SECOND} RSA operations a second.

| owners | recoveries a second, at the busiest time | share of one vault |
|---|---|---|
${OWNERS.map((owners) => {
  const { recoveries } = rowOf(BACKUPS[0] as Backup, owners);
  return `| ${short(owners)} | ${short(recoveries)} | ${short((100 * recoveries) / VAULT_PER_SECOND)} % |`;
}).join("\n")}

All ${short(OWNERS.at(-1) ?? 0)} owners on one day are ${short((OWNERS.at(-1) ?? 0) / 86_400)} a second, ${Math.ceil((OWNERS.at(-1) ?? 0) / 86_400 / VAULT_PER_SECOND)} vaults' worth on average: \`KEY_VAULT_KEYS\` takes several.
`;
}

function section(backup: Backup): string {
  const rows = OWNERS.map((owners) => {
    const { mean, peak, gigabytes, partitions, kind, dollars } = rowOf(backup, owners);
    const cells = [owners, mean, peak, gigabytes, partitions].map(short);
    return `| ${[...cells, kind, short(dollars), short(rowWithBlobs(backup, owners).dollars)].join(" | ")} |`;
  });
  return `## ${backup.accounts} accounts

| owners | RU/s | at the busiest time | GB | physical partitions | cheaper as | $ a month | with blobs |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}`;
}

function verdict(backup: Backup): string {
  const from = crossing(backup);
  return from === undefined
    ? `- With ${backup.accounts} accounts, envelopes as blobs are dearer for any number of owners.`
    : `- With ${backup.accounts} accounts, envelopes as blobs are cheaper from about ${short(from)} owners on.`;
}

function dollars(value: number): string {
  return `$${value}`;
}

function ratio(part: number, of: number): string {
  return String(Math.round(part / of));
}
