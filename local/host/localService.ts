import { join } from "node:path";
import { type Emulated, openAdapters, readServiceKeys } from "../../functions/compose/adapters.ts";
import { type Adapters, createServices } from "../../functions/compose/services.ts";
import { routesOf } from "../../functions/endpoints.ts";
import { readConfig } from "../../shared/config/read.ts";
import type { SettingName } from "../../shared/config/settings.ts";
import { uuidOf } from "../../shared/formats.ts";
import type { Log } from "../../shared/log.ts";
import { sweepHoldersOfHour } from "../../shared/operations/holders.ts";
import { rewrapForAMinute } from "../../shared/operations/rewrap.ts";
import { sweep as sweepNotices } from "../../shared/operations/sweep.ts";
import type { System } from "../../shared/system.ts";
import { readOutbox } from "../embedded/outbox.ts";
import { issuerHandler, JWKS_PATH } from "../issuer/http.ts";
import { createIssuer, type Issuer } from "../issuer/issuer.ts";
import { loadKey } from "../issuer/key.ts";
import { issuerSettings } from "../issuer/settings.ts";
import { PROVIDER_PAGES } from "../provider/page.ts";
import { providerPages } from "../provider/pages.ts";
import type { Clock } from "./clock.ts";
import { clockHandler } from "./clockHttp.ts";
import { freePort, isTaken } from "./freePort.ts";
import { beginHandler } from "./pages/begin.ts";
import { OUTBOX, outboxHandler } from "./pages/outbox.ts";
import type { LocalPage } from "./pages/pages.ts";
import { explainingProofs } from "./refusedProof.ts";
import { serve } from "./server.ts";

export interface LocalService {
  /** Where phones find it: `http://127.0.0.1:7071`. */
  readonly origin: string;
  /** What phones call it, and their proofs name. */
  readonly publicOrigin: string;
  readonly issuer: Issuer;
  /** Sends the notices that are due, as a timer does each minute on Azure. */
  sweep(): Promise<void>;
  /** Moves a batch of what is under an older key, as another timer does. */
  rewrap(): Promise<void>;
  /** Looks who still holds an account, as a third timer does each hour. */
  sweepHolders(): Promise<void>;
  close(): Promise<void>;
}

export interface LocalOptions {
  /** A free one when left out. */
  readonly port?: number | undefined;
  /** What phones may write as `Host` besides this machine's own names with the port. */
  readonly hosts?: readonly string[] | undefined;
  /** What phones call it where that is not `http://127.0.0.1:{port}`: its host is one more that they may write. */
  readonly publicOrigin?: string | undefined;
  /** Where database, key encryption key and the issuer's key are kept. */
  readonly folder: string;
  readonly system: System;
  readonly log: Log;
  /** Settings that name drivers of the cloud, and what stands in for the cloud on this machine. */
  readonly cloud?: {
    readonly settings: Readonly<Partial<Record<SettingName, string>>>;
    readonly emulated: Emulated;
  };
  /** Units that a phone may ask for a second, in the place of the default (docs/configuration.md). */
  readonly work?: number | undefined;
  /** Prefixes of the numbers that text messages may go to: none when left out (docs/configuration.md). */
  readonly texts?: string | undefined;
  /** Given, is told in a line why a proof was refused, which the answer keeps to itself. */
  readonly explainProof?: (line: string) => void;
  /** Given, `/dev/clock` tells it and moves it on: `system.now` and the issuer go by it. */
  readonly clock?: Clock;
  /** Puts something around the drivers: a counter, a fault. */
  readonly wrap?: (adapters: Adapters) => Adapters;
}

/** The pages that the first one lists. */
const PAGES: readonly LocalPage[] = [OUTBOX, ...PROVIDER_PAGES];

/** The whole service in this process, on the embedded drivers, with the development issuer beside it. */
export async function startLocalService(options: LocalOptions): Promise<LocalService> {
  const { port } = options;
  if (port !== undefined) return await start(options, port);
  for (;;) {
    try {
      // The address is part of the configuration, so it must be known before the host listens.
      return await start(options, await freePort());
    } catch (error) {
      // Somebody else took it in between.
      if (!isTaken(error)) throw error;
    }
  }
}

async function start(options: LocalOptions, port: number): Promise<LocalService> {
  const { folder, system, log, wrap = (adapters) => adapters } = options;
  const origin = `http://127.0.0.1:${port}`;
  const { publicOrigin = origin, explainProof } = options;
  const read = readConfig(
    {
      PUBLIC_ORIGIN: origin,
      ISSUERS: JSON.stringify(issuerSettings(origin + JWKS_PATH)),
      STORE: "sqlite",
      SQLITE_FILE: join(folder, "backup.db"),
      KEYS: "file",
      KEY_FILE: join(folder, "key-encryption-key.pem"),
      OUTBOX_FILE: join(folder, "outbox.db"),
      ...(options.work !== undefined && { PHONE_WORK_PER_SECOND: String(options.work) }),
      ...(options.texts !== undefined && { TEXT_PREFIXES: options.texts }),
      ...options.cloud?.settings,
    },
    { embedded: true },
  );
  // A deployed service has https there; what leads to this machine may be http by any name.
  const config = { ...read, publicOrigin };
  const issuer = createIssuer({ key: await loadKey(join(folder, "issuer.json")), now: system.now });
  const opened = await openAdapters(config, system, options.cloud?.emulated);
  const serviceKeys = await readServiceKeys(config, opened.kek, system);
  const adapters = wrap(opened);
  const { notify } = config;
  const toOutbox = outboxHandler((to) =>
    notify.driver === "outbox" ? readOutbox({ file: notify.file, now: system.now }, to) : [],
  );
  const toBeginning = beginHandler({ origin, publicOrigin, pages: PAGES });
  const toIssuer = issuerHandler(issuer);
  const toPages = providerPages({
    origin,
    token: (tenant) => issuer.sign({ owner: "provider-app", kind: "provider", profile: "entra", tenant }),
  });
  const services = createServices(config, adapters, { system, log, serviceKeys });
  const rewrap = () => rewrapForAMinute(services, async () => {});
  const sweep = async () => void (await sweepNotices(services));
  const toClock = options.clock ? clockHandler(sweeping(options.clock, sweep)) : () => false;
  const routes = routesOf(services);
  const host = await serve({
    routes: explainProof
      ? routes.map((route) => explainingProofs(route, { publicOrigin, now: system.now, tell: explainProof }))
      : routes,
    port,
    hosts: [...(options.hosts ?? []), new URL(publicOrigin).host],
    // The form of an invocation id on Azure Functions.
    requestId: () => uuidOf(system.random(16), 4),
    extra: async (...request) =>
      (await toBeginning(...request)) ||
      toOutbox(...request) ||
      (await toIssuer(...request)) ||
      (await toClock(...request)) ||
      (await toPages(...request)),
  }).catch(async (error: unknown) => {
    await adapters.store.close();
    throw error;
  });
  return {
    origin,
    publicOrigin,
    issuer,
    sweep,
    rewrap,
    sweepHolders: () => sweepHoldersOfHour(services),
    close: async () => {
      await host.close();
      await Promise.all([adapters.store.close(), adapters.activations.close()]);
    },
  };
}

/** A clock after whose moves what is due then is sent, as it would have been on the way. */
function sweeping(clock: Clock, sweep: () => Promise<void>): Clock {
  return {
    ...clock,
    advance: async (seconds) => {
      await clock.advance(seconds);
      await sweep();
    },
  };
}
