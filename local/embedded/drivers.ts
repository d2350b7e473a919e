/** The drivers of a single machine, as one module to load. */
export { openFileKey } from "./fileKey.ts";
export { requireKeyFiles } from "./keyFiles.ts";
export { openOutbox } from "./outbox.ts";
export { openServiceKeyFile } from "./serviceKeyFile.ts";
export { openSqliteStore } from "./sqlite.ts";
