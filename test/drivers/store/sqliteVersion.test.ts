import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { OutdatedDatabase } from "../../../local/embedded/database.ts";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import { temporaryFolder } from "../../support/folder.ts";

const now = () => 0;

async function newFile(folder = "data"): Promise<string> {
  return join(await temporaryFolder(), folder, "backup.db");
}

/** What SQLite finds in a file that nobody has open. */
function inspect<Result>(file: string, look: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(file);
  try {
    return look(database);
  } finally {
    database.close();
  }
}

const versionOf = (file: string) =>
  inspect(file, (database) => database.prepare("pragma user_version").get());

/** A database with an item, as a release made it that knew no versions, or another one. */
async function madeBefore(version = 0): Promise<string> {
  const file = join(await temporaryFolder(), "backup.db");
  inspect(file, (database) =>
    database.exec(
      `create table items (body text); insert into items values ('kept'); pragma user_version = ${version}`,
    ),
  );
  return file;
}

describe("a SQLite store's file", () => {
  it("says by which rules it was made, and is opened again", async () => {
    const file = await newFile();
    const store = openSqliteStore({ file, now });
    await store.commit("p", [{ kind: "create", id: "a", body: { kept: true } }]);
    await store.close();
    expect(versionOf(file)).toEqual({ user_version: 3 });
    const again = openSqliteStore({ file, now });
    expect((await again.read("p", "a"))?.body).toEqual({ kept: true });
    await again.close();
    expect(versionOf(file)).toEqual({ user_version: 3 });
  });

  it("is made where a start that was killed has left an empty one", async () => {
    const file = join(await temporaryFolder(), "backup.db");
    await writeFile(file, "", { mode: 0o600 });
    await openSqliteStore({ file, now }).close();
    expect(versionOf(file)).toEqual({ user_version: 3 });
  });

  it("is shared by two that open it at once", async () => {
    const file = await newFile();
    const [one, other] = [openSqliteStore({ file, now }), openSqliteStore({ file, now })];
    await one.commit("p", [{ kind: "create", id: "a", body: {} }]);
    expect(await other.read("p", "a")).toBeDefined();
    await Promise.all([one.close(), other.close()]);
  });

  it.each([0, 1, 2, 4])(
    "is refused where it was made by other rules (%i), and keeps what it holds",
    async (version) => {
      const file = await madeBefore(version);
      expect(() => openSqliteStore({ file, now })).toThrow(OutdatedDatabase);
      expect(versionOf(file)).toEqual({ user_version: version });
      const rows = inspect(file, (database) => database.prepare("select body from items").all());
      expect(rows).toEqual([{ body: "kept" }]);
    },
  );

  it("is refused with the line that removes it, and nothing else of its folder", async () => {
    const file = await madeBefore();
    expect(() => openSqliteStore({ file, now })).toThrow(`rm -rf ${file} ${file}-wal ${file}-shm`);
  });

  it.each([
    ["/data/backup.db", "/data/backup.db"],
    ["my data/backup.db", "'my data/backup.db'"],
    ["it's;rm -r .", "'it'\\''s;rm -r .'"],
  ])("is named as a shell takes it: %s", (path, shown) => {
    expect(new OutdatedDatabase(path).message).toContain(`rm -rf ${shown} `);
  });
});
