import { openConnection } from "./load/connection.ts";
import { registerPhones } from "./load/phones.ts";
import { run } from "./load/run.ts";
import { inTurn, reads, type Traffic, uploads } from "./load/traffic.ts";
import { KIB } from "./operations.ts";
import { residentMemory, startService, withFolder } from "./processes.ts";

export interface Memory {
  readonly after: readonly { readonly requests: number; readonly bytes: number }[];
  /** Bytes by which the last measurement may exceed the first. */
  readonly goal: number;
}

const CONNECTIONS = 32;

/** Requests whose proofs are signed at a time, and the milliseconds for sending them: proofs live for 60 s. */
const BATCH = 2_000;
const BATCH_MS = 20_000;

/** Of 120 requests in turn: 114 of the status, 1 of the key, 5 uploads; a key is asked for once a recovery. */
const MIX = { status: 114, key: 1, upload: 5 };

/**
 * The service's resident memory after 1,000 requests of a mix, and after `requests` of it.
 */
export async function measureMemory(requests: number): Promise<Memory> {
  return await withFolder(async (folder) => {
    const service = await startService(folder);
    try {
      const phones = await registerPhones({ origin: service.origin, issuer: service.origin }, CONNECTIONS);
      const connections = await Promise.all(phones.map(() => openConnection(service.origin)));
      const traffic = phones.map((phone) => {
        const status = reads(phone, "/v1/backup");
        const key = reads(phone, "/v1/backup/key");
        return mixed(status, key, uploads(phone, 64 * KIB));
      });
      const after: { requests: number; bytes: number }[] = [];
      let sent = 0;
      for (const mark of [1_000, requests]) {
        while (sent < mark) {
          const batch = Math.min(BATCH, mark - sent);
          // Twice an even share: some connections are faster than others.
          for (const each of traffic) each.prepare((2 * batch) / CONNECTIONS);
          sent += (await run(connections, traffic, { requests: batch, milliseconds: BATCH_MS })).requests;
        }
        after.push({ requests: sent, bytes: residentMemory(service.pid) });
      }
      for (const connection of connections) connection.close();
      return { after, goal: 30_000_000 };
    } finally {
      await service.stop();
    }
  });
}

function mixed(status: Traffic, key: Traffic, upload: Traffic): Traffic {
  // Nineteen statuses, then one of the others: spread as in real use.
  const others = [...Array(MIX.key).fill(key), ...Array(MIX.upload).fill(upload)];
  const between = Array(MIX.status / others.length).fill(status);
  return inTurn(others.flatMap((other) => [...between, other]));
}
