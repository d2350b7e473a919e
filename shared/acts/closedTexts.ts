import { closedTexts, ids } from "../store/items.ts";
import type { Store } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";
import { lookAgain, uncontended } from "./retry.ts";
import type { Services } from "./services.ts";

// Prefixes that an operator has closed to text messages, beside those that the settings open: at once, for all instances.

const PARTITION = "texts-closed";

async function load(activations: Pick<Store, "read">) {
  const stored = await activations.read(PARTITION, ids.closedTexts);
  return stored && { etag: stored.etag, ...parseItem(closedTexts, stored) };
}

/** Sorted: one point read. @throws {StoreUnavailable | ItemUnreadable} */
export async function closedPrefixes(activations: Pick<Store, "read">): Promise<readonly string[]> {
  return (await load(activations))?.prefixes ?? [];
}

/** Whether texts to a number are stopped: one point read. @throws {StoreUnavailable | ItemUnreadable} */
export async function isClosed(activations: Pick<Store, "read">, number: string): Promise<boolean> {
  return (await closedPrefixes(activations)).some((prefix) => number.startsWith(prefix));
}

/** @throws {StoreUnavailable | ItemUnreadable} @throws {Problem} busy */
export async function setClosed(
  { activations, system }: Pick<Services, "activations" | "system">,
  prefix: string,
  closed: boolean,
): Promise<void> {
  await uncontended(system, async () => {
    const found = await load(activations);
    const before = found?.prefixes ?? [];
    if (before.includes(prefix) === closed) return;
    const prefixes = closed ? [...before, prefix].sort() : before.filter((each) => each !== prefix);
    const item = { id: ids.closedTexts, body: { schema: 1, prefixes } };
    const { committed } = await activations.commit(PARTITION, [
      found ? { kind: "replace", ...item, etag: found.etag } : { kind: "create", ...item },
    ]);
    if (!committed) lookAgain();
  });
}
