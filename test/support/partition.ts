import { isDeepStrictEqual } from "node:util";
import { ids } from "../../shared/store/items.ts";
import type { Store, StoredItem } from "../../shared/store/port.ts";
import type { TestPhone, TestService } from "./service.ts";

/** All that is stored of the phone's owner. */
export async function partitionOf({ adapters }: TestService, phone: TestPhone): Promise<StoredItem[]> {
  return await adapters.store.list(userIdOf(phone), "");
}

/** The same, but for spent proofs: what a repeat leaves as it is. */
export async function keptOf({ adapters }: TestService, phone: TestPhone): Promise<StoredItem[]> {
  return (await heldOf(adapters.store, userIdOf(phone))).map(withoutSpent);
}

/** An owner item but for the proofs in it, and for its ETag: each of them is another. */
export function withoutSpent(item: StoredItem): StoredItem {
  if (item.id !== ids.owner) return item;
  const { spent: _, ...body } = item.body;
  return { ...item, etag: "", body };
}

/** What is held of an owner, but for spent proofs: nothing after an erasure. */
export async function heldOf(store: Pick<Store, "list">, userId: string): Promise<StoredItem[]> {
  return (await store.list(userId, "")).filter(({ id }) => !id.startsWith(ids.proof("")));
}

/** @throws {Error} the phone was never registered */
export function userIdOf(phone: TestPhone): string {
  const { owner } = phone.state();
  if (!owner) throw new Error("not registered");
  return owner.userId;
}

/** What became of a partition. */
export interface Changes {
  /** The kinds of the items that are new: `event`. */
  readonly added: readonly string[];
  /** The ids of those that are gone. */
  readonly removed: readonly string[];
  /** The members that are others: `owner.backup.versions`. */
  readonly changed: readonly string[];
}

/** Tells two readings of a partition apart, in the order of the ids. */
export function changesBetween(before: readonly StoredItem[], after: readonly StoredItem[]): Changes {
  return {
    added: missingIn(before, after).map((id) => id.replace(/:.*/, "")),
    removed: missingIn(after, before),
    changed: before.flatMap((old) => {
      const now = after.find(({ id }) => id === old.id);
      return now && now.etag !== old.etag ? membersThatDiffer(old.body, now.body, old.id) : [];
    }),
  };
}

/** What a refusal that is told to the owner's record leaves, and nothing else. */
export const RECORDED: Changes = {
  added: ["event", "proof"],
  removed: [],
  changed: ["owner.activity", "owner.refusals"],
};

/** What a refusal leaves that is counted as a try, and nothing else. */
export const COUNTED: Changes = { added: ["proof"], removed: [], changed: ["owner.tries"] };

function missingIn(items: readonly StoredItem[], others: readonly StoredItem[]): string[] {
  const known = new Set(items.map(({ id }) => id));
  return others.flatMap(({ id }) => (known.has(id) ? [] : [id]));
}

/** Two levels deep: to the members of the backup, and no further. */
function membersThatDiffer(before: unknown, after: unknown, path: string, depth = 2): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (depth === 0 || !isObject(before) || !isObject(after) || path.endsWith(".activity")) return [path];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    membersThatDiffer(before[name], after[name], `${path}.${name}`, depth - 1),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
