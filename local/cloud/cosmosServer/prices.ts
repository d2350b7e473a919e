/**
 * What Azure Cosmos DB for NoSQL charges, in request units (RU). Documented are the prices at two sizes; between them,
 * and beyond the larger, they are taken to lie on a line. The account's own figures are in `x-ms-request-charge`.
 *
 * | what | source |
 * |---|---|
 * | point read: 1 RU at 1 KB, 10 at 100 KB | [cost of reads and writes](https://learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes) |
 * | insert without indexing: 5.5 RU at 1 KB; at 100 KB ten times a read's growth, 50 | there; an older edition has 5 and 50 |
 * | a replace costs twice the insert | there |
 * | reads under Strong or Bounded Staleness cost twice as much | there |
 * | an item whose time to live is over costs what its deletion does | [time to live](https://learn.microsoft.com/azure/cosmos-db/time-to-live), of serverless accounts |
 * | a page of a query costs what its items do, and its own | [request units](https://learn.microsoft.com/azure/cosmos-db/request-units), without a figure |
 *
 * Taken without a source: a delete costs what the insert did; the terms of the index; what a query and a refusal cost
 * by themselves. An edition of 2016 has more for 64 KB: 10 RU a read, 48 a write. So large items may cost up to 1.4 times
 * as much as here, while its figures for 4 KB, 1.3 and 7 RU, agree.
 */

const KB = 1_024;

const READ = { first: 1, perKb: 9 / 99 } as const;
const INSERT = { first: 5.5, perKb: 44.5 / 99 } as const;

/** RU for each indexed value that an item has. */
const PER_TERM = 0.2;

/** RU of a query's page besides what its items cost. */
const PER_PAGE = 2.3;

/** RU of an operation that an ETag or a taken id refuses. */
export const REFUSED = 1.24;

/** RU of reading what is not there. */
export const NOT_THERE = 1;

/** @param bytes of the item as JSON, the members of Cosmos DB included */
export function readPrice(bytes: number): number {
  return along(READ, bytes);
}

/** @param terms how many indexed values the item has */
export function insertPrice(bytes: number, terms: number): number {
  return along(INSERT, bytes) + PER_TERM * terms;
}

export function replacePrice(bytes: number, terms: number): number {
  return 2 * insertPrice(bytes, terms);
}

/** Also of an item whose time to live is over. */
export function deletePrice(bytes: number, terms: number): number {
  return insertPrice(bytes, terms);
}

/** @param items the bytes of each item that the page answers */
export function pagePrice(items: readonly number[]): number {
  return items.reduce((sum, bytes) => sum + readPrice(bytes), PER_PAGE);
}

/** What a read costs under this consistency of the account. */
export function underConsistency(price: number, consistency: string): number {
  return consistency === "Strong" || consistency === "BoundedStaleness" ? 2 * price : price;
}

function along({ first, perKb }: { readonly first: number; readonly perKb: number }, bytes: number): number {
  return first + perKb * Math.max(0, bytes / KB - 1);
}
