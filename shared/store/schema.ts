import type * as z from "zod";
import type { ItemBody, StoredItem } from "./port.ts";

/** A kind of stored item: the form that this release writes, and how it gets there from older ones. */
export interface ItemKind<Item> {
  /** The `schema` number that this release writes. */
  readonly schema: number;
  readonly shape: z.ZodType<Item>;
  /** By the number that it starts from: makes an item of the next. Left out while there is only one. */
  readonly migrations?: Readonly<Record<number, (body: ItemBody) => ItemBody>>;
}

/**
 * A stored item that this release can't read: broken, or written by a newer one. Whoever reads it stops there, so
 * that it is never overwritten by what was made of half of it.
 */
export class ItemUnreadable extends Error {
  override readonly name = "ItemUnreadable";
  /** What to do about it, for those who run the service. */
  readonly advice: string;

  constructor(id: string, options?: ErrorOptions) {
    super("a stored item does not match its schema", options);
    // The id up to the colon is its kind; the rest is the owner's.
    const [kind] = id.split(":");
    this.advice = `an item of the kind ${kind} does not match its schema; was a newer release rolled back?`;
  }
}

/** Reads a stored item, migrating it where an older release wrote it. @throws {ItemUnreadable} */
export function parseItem<Item>(kind: ItemKind<Item>, { id, body }: StoredItem): Item {
  let migrated = body;
  for (let from = Number(body.schema); from < kind.schema; from++) {
    const migrate = kind.migrations?.[from];
    if (!migrate) break;
    migrated = { ...migrate(migrated), schema: from + 1 };
  }
  const parsed = kind.shape.safeParse(migrated);
  if (!parsed.success) throw new ItemUnreadable(id, { cause: parsed.error });
  return parsed.data;
}
