import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "../../local/host/freePort.ts";
import { createIssuer } from "../../local/issuer/issuer.ts";
import { loadKey } from "../../local/issuer/key.ts";
import { ownerOfToken } from "../../local/phone/protocol/ownerId.ts";
import { checkOwner } from "./checkOwner.ts";
import { checkIntegrity, copyDatabase, inspect } from "./inspection.ts";
import { createNetwork, type Network } from "./network.ts";
import { createOwner, keepUsing, type Owner, phonesOf, phoneToRecover } from "./owner.ts";
import { type ServiceProcess, startProcess } from "./process.ts";
import type { Random } from "./random.ts";

/** If a start is killed, then within these milliseconds: about what a whole start takes. */
const START_MS = 400;

/** One service on one folder, and its owners. */
interface Site {
  readonly folder: string;
  readonly port: number;
  readonly compileCache: string;
  readonly random: Random;
  readonly network: Network;
  readonly owners: Owner[];
  readonly addOwner: () => Promise<Owner>;
}

export async function createSite(folder: string, compileCache: string, random: Random): Promise<Site> {
  const port = await freePort();
  const network = createNetwork(random);
  const issuer = createIssuer({ key: await loadKey(join(folder, "issuer.json")), now: Date.now });
  const owners: Owner[] = [];
  return {
    folder,
    port,
    compileCache,
    random,
    network,
    owners,
    addOwner: async () => {
      const name = `owner ${owners.length + 1}`;
      const sign = () => issuer.sign({ owner: name });
      const connection = {
        origin: `http://127.0.0.1:${port}`,
        userId: ownerOfToken(await sign()),
        signIn: () => eachMinute(sign),
        fetch: network.fetch,
      };
      const owner = await createOwner(connection, random);
      owners.push(owner);
      return owner;
    },
  };
}

/** What `sign` gave within the past minute: recent enough for every act that needs a recent sign-in. */
function eachMinute(sign: () => Promise<string>): () => Promise<string> {
  let token: Promise<string> | undefined;
  let signedAt = 0;
  return () => {
    if (!token || Date.now() - signedAt > 60_000) {
      token = sign();
      signedAt = Date.now();
    }
    return token;
  };
}

/** Kills the service `kills` times, and checks after each what the owners were promised. */
export async function killAgainAndAgain(site: Site, kills: number): Promise<void> {
  const { folder, owners, random } = site;
  let service = await start(site);
  for (let done = 0; done < kills; ) {
    const newcomer = await site.addOwner();
    // One whose history grows until versions fall out of it, and one who is new.
    const busy = owners.filter((owner, at) => at === 0 || owner === newcomer);
    await killAtWork(site, service, busy);
    done++;
    const copy = join(folder, `after kill ${done}`);
    await copyDatabase(folder, copy);
    if (done < kills && random.chance(0.2)) {
      await killAtStart(site);
      done++;
    }
    [service] = await Promise.all([start(site), inspect(copy, busy)]);
    await rm(copy, { recursive: true });
    checkIntegrity(folder);
    await Promise.all(busy.map(checkOwner));
  }
  await Promise.all(owners.map(checkOwner));
  await service.kill();
  await inspect(folder, owners);
}

async function start(site: Site): Promise<ServiceProcess> {
  const service = startProcess(site);
  await service.ready();
  return service;
}

/** Kills the service a moment after one of the first acknowledgements, while the phones of its owners are busy. */
async function killAtWork(
  { network, random }: Site,
  service: ServiceProcess,
  owners: readonly Owner[],
): Promise<void> {
  const over = new AbortController();
  const reached = Promise.withResolvers<void>();
  let left = 1 + random.below(10);
  const acknowledged = () => {
    left--;
    if (left === 0) reached.resolve();
  };
  const use = async (owner: Owner) => {
    if (owner.ledger.count() > 0) {
      const guest = await phoneToRecover(owner);
      if (guest) owner.guest = guest;
    }
    const phones = phonesOf(owner);
    await Promise.all(phones.map((busy) => keepUsing(owner, busy, { over: over.signal, acknowledged })));
  };
  network.unreliable = true;
  const work = Promise.all(owners.map(use));
  try {
    await Promise.race([reached.promise, work]);
    await setTimeout(random.below(8));
    await service.kill();
  } finally {
    over.abort();
  }
  await work;
  network.unreliable = false;
}

/** Kills the service while it starts: before, while or after it opens what the last kill left. */
async function killAtStart(site: Site): Promise<void> {
  const service = startProcess(site);
  await setTimeout(site.random.below(START_MS));
  await service.kill();
}
