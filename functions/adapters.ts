import type { Config } from "../shared/config/read.ts";
import type { System } from "../shared/system.ts";
import type { Adapters } from "./services.ts";

/** Opens the drivers that the configuration names. Each is loaded only where it is used. */
export async function openAdapters({ store, keys }: Config, { now }: System): Promise<Adapters> {
  // What is deployed to Azure does not contain this module: see docs/architecture.md.
  const { openFileKey, openSqliteStore } = await import("../local/embedded/drivers.ts");
  return {
    store: openSqliteStore({ file: store.file, now }),
    kek: await openFileKey({ file: keys.file }),
  };
}
