import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreUnavailable } from "../../shared/store/port.ts";

export interface DatabaseOptions {
  /** The database's path. It is made, and its folder, where there is none: for this user alone. */
  readonly file: string;
  /** Statements that make the tables; run at each opening. */
  readonly schema: string;
  /** Milliseconds that a statement waits, and this process with it, for the commit of another process. */
  readonly busyTimeout: number;
}

/** A SQLite database in which what is committed is durable (WAL, synchronous FULL). */
export function openDatabase({ file, schema, busyTimeout }: DatabaseOptions): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  makeFile(file);
  const database = new DatabaseSync(file, { timeout: busyTimeout });
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    // What is deleted is overwritten, so that a key that was destroyed isn't in a copy made later [F2].
    database.exec("pragma secure_delete = on");
    database.exec(schema);
    return database;
  } catch (cause) {
    database.close();
    throw new Error(`the database ${file} can't be used`, { cause });
  }
}

/** SQLite itself would let others read the file. Its `-wal` and `-shm` files take the mode of this one. */
function makeFile(file: string): void {
  try {
    // "wx", since closing a file that is there would drop the locks that this process holds on it through SQLite
    // (https://sqlite.org/howtocorrupt.html, section 2.2).
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

export interface GroupCommit {
  /**
   * Runs `act` in a transaction, which is durable when the promise resolves. What `act` did is undone where its
   * outcome is not `committed`, or where it throws.
   * @throws {StoreUnavailable}
   */
  <Outcome extends { readonly committed: boolean }>(act: () => Outcome): Promise<Outcome>;
  /** Commits what waits, now. */
  flush(): void;
}

interface Waiting {
  /** Runs the act; what goes wrong in it is its own, unless SQLite has undone the whole transaction. */
  readonly run: () => void;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

/** Group commit: acts that are asked for in one turn of the event loop share a transaction, and one flush to disk. */
export function groupCommits(database: DatabaseSync): GroupCommit {
  let waiting: Waiting[] = [];

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      orUnavailable(() => inTransaction(database, group));
      for (const { settle } of group) settle();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  }

  function commit<Outcome extends { readonly committed: boolean }>(act: () => Outcome): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    let settle = () => {};
    const run = () => {
      database.exec("savepoint act");
      try {
        const outcome = orUnavailable(act);
        settle = () => resolve(outcome);
        if (!outcome.committed) database.exec("rollback to act");
      } catch (error) {
        if (!database.isTransaction) throw error;
        database.exec("rollback to act");
        settle = () => reject(error);
      }
      database.exec("release act");
    };
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ run, settle: () => settle(), fail: reject });
    return promise;
  }

  return Object.assign(commit, { flush });
}

function inTransaction(database: DatabaseSync, group: readonly Waiting[]): void {
  // "immediate" takes the write lock before the first read: nobody changes what the acts have read.
  database.exec("begin immediate");
  try {
    for (const { run } of group) run();
    database.exec("commit");
  } catch (error) {
    // After some faults, a full disk among them, SQLite has undone it already.
    if (database.isTransaction) database.exec("rollback");
    throw error;
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

/** @throws {StoreUnavailable} instead of what SQLite throws where the machine is at fault */
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
