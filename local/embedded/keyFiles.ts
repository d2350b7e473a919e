import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { filesOf } from "./database.ts";
import { removing, Unusable } from "./unusable.ts";

/** Keys are gone without which what is in the database can't be used any more. */
export class KeyFileMissing extends Unusable {
  override readonly name = "KeyFileMissing";

  readonly missing: readonly string[];

  constructor(missing: readonly string[], database: string) {
    super(
      `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} gone, and what is in ${database} can't be used ` +
        `without: put a copy back, or begin anew: ${removing(filesOf(database))}`,
    );
    this.missing = missing;
  }
}

/**
 * Lets key files be made anew only for a database that holds nothing yet: another key in the place of one that is gone
 * opens no backup, and nobody would be told.
 * @throws {KeyFileMissing}
 */
export function requireKeyFiles({
  database,
  files,
}: {
  readonly database: string;
  readonly files: readonly string[];
}): void {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0 && holdsItems(database)) throw new KeyFileMissing(missing, database);
}

/** Of a file that is no database, or an older one, whoever opens it tells. */
function holdsItems(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    using opened = new DatabaseSync(file, { readOnly: true });
    return opened.prepare("select 1 from items limit 1").get() !== undefined;
  } catch {
    return false;
  }
}
