import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { removing, Unusable } from "./unusable.ts";

const DAMAGED = "it is damaged, or no database";

interface DatabaseOptions {
  /** The database's path. If it is missing, it is made with its folder, for this user alone. */
  readonly file: string;
  /** Statements that make the tables of a new database. */
  readonly schema: string;
  /** The number that a new database gets (`user_version`); one that has another is not used. */
  readonly version: number;
  /** Milliseconds that a statement, and this process with it, waits for the commit of another process. */
  readonly busyTimeout: number;
}

/** A database that a release with other rules has made. Nothing in it was changed. */
export class OutdatedDatabase extends Unusable {
  override readonly name = "OutdatedDatabase";

  constructor(file: string) {
    super(
      `the database ${file} was made by a release with other rules, and is not migrated; remove it with: ` +
        removing(filesOf(file)),
    );
  }
}

/** A database and what SQLite may have beside it. */
export function filesOf(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`];
}

/**
 * A SQLite database in which what is committed is durable (WAL, synchronous FULL).
 * @throws {OutdatedDatabase | Unusable}
 */
export function openDatabase({ file, schema, version, busyTimeout }: DatabaseOptions): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  makeFile(file);
  const database = open(file, busyTimeout);
  try {
    requireVersion(database, file, version);
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    // Overwrites what is deleted, so that a destroyed key is not in a copy that is made later [F2].
    database.exec("pragma secure_delete = on");
    makeTables(database, schema, version);
    // Of two processes that begin at once, the other one may have made it.
    requireVersion(database, file, version);
    return database;
  } catch (cause) {
    database.close();
    if (cause instanceof OutdatedDatabase) throw cause;
    throw unusable(file, cause);
  }
}

/** @throws {Unusable} */
function open(file: string, timeout: number): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout });
  } catch (cause) {
    throw unusable(file, cause);
  }
}

/** What SQLite's primary result codes come to at a start (https://sqlite.org/rescode.html). */
const REASONS: Readonly<Record<number, string>> = {
  5: "another process is writing to it; try again",
  8: "this user may not write to it",
  10: "the disk reports an error",
  11: DAMAGED,
  13: "the disk is full",
  14: "it can't be opened by this user",
  26: DAMAGED,
};

function unusable(file: string, cause: unknown): Unusable {
  const { errcode = 0 } = cause as { readonly errcode?: number };
  const reason = REASONS[errcode & 0xff];
  const remedy = reason === DAMAGED ? `; put a copy back, or begin anew: ${removing(filesOf(file))}` : "";
  return new Unusable(`the database ${file} can't be used${reason ? `: ${reason}` : ""}${remedy}`, { cause });
}

/** @throws {OutdatedDatabase} it has tables, and another version */
function requireVersion(database: DatabaseSync, file: string, version: number): void {
  if (hasTables(database) && Number(onlyValue(database, "pragma user_version")) !== version) {
    throw new OutdatedDatabase(file);
  }
}

/** Makes the tables of a new database and gives it its version, both or neither. */
function makeTables(database: DatabaseSync, schema: string, version: number): void {
  // First without a lock: a start waits for no commit of another process.
  if (hasTables(database)) return;
  inTransaction(database, () => {
    if (hasTables(database)) return { committed: false };
    database.exec(`${schema}; pragma user_version = ${version}`);
    return { committed: true };
  });
}

function hasTables(database: DatabaseSync): boolean {
  return Number(onlyValue(database, "select count(*) from sqlite_schema")) > 0;
}

/** The one value of the one row that a statement gives. */
function onlyValue(database: DatabaseSync, statement: string) {
  return Object.values(database.prepare(statement).get() ?? {})[0];
}

/** SQLite itself would let others read the file. Its `-wal` and `-shm` files take the mode of this one. */
function makeFile(file: string): void {
  try {
    // "wx", since closing an existing file would drop the locks that this process holds on it through SQLite
    // (https://sqlite.org/howtocorrupt.html, section 2.2).
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Commits what `act` did if it returns `committed`; undoes it if not, or if it throws. */
export function inTransaction<Outcome extends { readonly committed: boolean }>(
  database: DatabaseSync,
  act: () => Outcome,
): Outcome {
  // "immediate" takes the write lock before the first read: nobody changes what `act` has read.
  database.exec("begin immediate");
  try {
    const outcome = act();
    database.exec(outcome.committed ? "commit" : "rollback");
    return outcome;
  } catch (error) {
    // After some faults, such as a full disk, SQLite has already undone it.
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

/**
 * Watches over the files of an open database. SQLite does not notice when they are removed: it goes on reading and writing
 * what no name leads to any more, and what it says is durable is gone with the process.
 * @returns what throws StoreUnavailable where database or log are no longer the files that were opened
 */
export function watchFiles(file: string): () => void {
  const names = () => [file, `${file}-wal`].map(identityOf).join(" ");
  const opened = names();
  return () => {
    if (names() === opened) return;
    throw new StoreUnavailable(1, { cause: new Error("the database's files were removed or replaced") });
  };
}

/** Which file a path leads to; empty where to none. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}

/** Milliseconds that a truncation waits for those who read: enough for a point read, and no request notices. */
const TRUNCATE_TIMEOUT = 20;

/**
 * Moves what is in the write-ahead log to the database, and empties the log's file: until then, it still holds what was
 * deleted or replaced since it was last emptied. @returns false where somebody still reads what the log holds
 */
export function truncateLog(database: DatabaseSync): boolean {
  const timeout = Number(onlyValue(database, "pragma busy_timeout"));
  try {
    database.exec(`pragma busy_timeout = ${TRUNCATE_TIMEOUT}`);
    // SQLite tells of this one by a value, and throws nothing (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
    return Number(onlyValue(database, "pragma wal_checkpoint(truncate)")) === 0;
  } finally {
    database.exec(`pragma busy_timeout = ${timeout}`);
  }
}

/** Primary result codes that tell of the machine, not of a mistake in the code (https://sqlite.org/rescode.html). */
const FAULTS: ReadonlySet<number> = new Set([
  5, // SQLITE_BUSY
  6, // SQLITE_LOCKED
  7, // SQLITE_NOMEM
  8, // SQLITE_READONLY
  10, // SQLITE_IOERR
  11, // SQLITE_CORRUPT
  13, // SQLITE_FULL
  14, // SQLITE_CANTOPEN
  15, // SQLITE_PROTOCOL
  26, // SQLITE_NOTADB
]);

/** @throws {StoreUnavailable} instead of what SQLite throws when the machine is at fault */
export function orUnavailable<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const { errcode } = error as { readonly errcode?: number };
    // An extended result code has the primary one in its low byte.
    if (errcode === undefined || !FAULTS.has(errcode & 0xff)) throw error;
    throw new StoreUnavailable(1, { cause: error });
  }
}
