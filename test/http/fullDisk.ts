import { join } from "node:path";
import { openSqliteStore } from "../../local/embedded/sqlite.ts";
import { startLocalService } from "../../local/host/localService.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { system } from "../../shared/system.ts";

// Run where no file may grow beyond a limit: tells how the service answers before the limit, and at it.

const folder = process.argv[2] ?? "";
let time = Date.now();
const now = () => time;
const service = await startLocalService({ folder, system: { ...system, now }, log: () => {} });
const ready = async () => (await fetch(`${service.origin}/v1/ready`)).status;
const before = await ready();

const store = openSqliteStore({ file: join(folder, "backup.db"), now });
const body = { text: "x".repeat(10_000) };
let isFull = false;
for (let n = 0; !isFull; n++) {
  await store.commit("p", [{ kind: "create", id: `item:${n}`, body }]).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    isFull = true;
  });
}
time += 30_000;
process.stdout.write(`${JSON.stringify([before, await ready()])}\n`);
process.exit();
