import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import type { Notice } from "../../shared/model/notice.ts";
import { ids, notice, owner } from "../../shared/store/items.ts";
import type { ItemBody } from "../../shared/store/port.ts";
import { parseItem } from "../../shared/store/schema.ts";

/** A notice as a developer sees it. */
export interface OutboxEntry extends Pick<Notice, "at" | "type" | "releaseAt"> {
  readonly owner: string;
  /** The name of the phone that did it. */
  readonly device: string;
  /** The names of the phones that are told; the id of one that has been revoked since. */
  readonly to: readonly string[];
}

/**
 * The notices of all owners, newest first, from the file of the embedded store: there they wait to be
 * delivered, which nothing does on a developer's machine. @param now milliseconds since the epoch
 */
export function readOutbox({ file, now }: { file: string; now: number }): OutboxEntry[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare(QUERY).all(now).map(readRow);
    const names = new Map(rows.flatMap(namesIn));
    return rows
      .flatMap((row) => (row.id === ids.owner ? [] : [entryOf(row, names)]))
      .sort((a, b) => b.at.localeCompare(a.at));
  } finally {
    database.close();
  }
}

/** Owners too, since their items hold the names of the phones. */
const QUERY = `
  select partition, id, body from items
  where (id = '${ids.owner}' or id glob '${ids.notice("*")}') and (expires is null or expires > ?)
`;

interface Row {
  readonly partition: string;
  readonly id: string;
  readonly body: ItemBody;
}

function readRow({ partition, id, body }: Record<string, SQLOutputValue>): Row {
  return { partition: String(partition), id: String(id), body: JSON.parse(String(body)) };
}

function namesIn({ id, body }: Row): (readonly [deviceId: string, name: string])[] {
  if (id !== ids.owner) return [];
  const { devices } = parseItem(owner, { id, etag: "", body });
  return devices.map(({ deviceId, name }) => [deviceId, name]);
}

function entryOf({ partition, id, body }: Row, names: ReadonlyMap<string, string>): OutboxEntry {
  const { at, type, releaseAt, device, to } = parseItem(notice, { id, etag: "", body });
  return {
    at,
    type,
    ...(releaseAt !== undefined && { releaseAt }),
    owner: partition,
    device: device.name,
    to: to.map((deviceId) => names.get(deviceId) ?? deviceId),
  };
}
