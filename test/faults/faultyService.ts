import { type Adapters, createServices } from "../../functions/compose/services.ts";
import { routesOf } from "../../functions/endpoints.ts";
import { issuerSettings } from "../../local/issuer/settings.ts";
import { createTextLimits } from "../../shared/acts/counts.ts";
import { sweepHolders } from "../../shared/acts/holders.ts";
import { readConfig } from "../../shared/config/read.ts";
import { createDelivery } from "../../shared/delivery/delivery.ts";
import type { HttpRequest, Route } from "../../shared/http/message.ts";
import { compileRoutes } from "../../shared/http/route.ts";
import { createSigningKeys } from "../../shared/identity/signingKeys.ts";
import { createTokenVerifier } from "../../shared/identity/token.ts";
import { createServiceKey, makeServiceKey } from "../../shared/keys/serviceKey.ts";
import { createUserKeys } from "../../shared/keys/userKeys.ts";
import type { WrappedKey } from "../../shared/model/userKey.ts";
import { sweep } from "../../shared/operations/sweep.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { randomId, type System } from "../../shared/system.ts";
import { checkDeclared } from "../support/declared.ts";
import { type Act, type Faults, faulty } from "./layer.ts";
import { createRotatingIssuer, type RotatingIssuer } from "./rotatingIssuer.ts";

/** No answer came: the phone can't know whether the service did what it was asked. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export const ORIGIN = "https://backup.example";

export interface FaultyService {
  readonly issuer: RotatingIssuer;
  /** Carries a phone's request to the instance that runs at the time. Rejects with {@link NoAnswer} if that ends. */
  readonly fetch: typeof globalThis.fetch;
  /** Has the instance that runs at the time send what is due. Resolves if that ends. */
  readonly sweep: () => Promise<void>;
  /** Has it take away what is left of phones that are gone. */
  readonly sweepHolders: () => Promise<void>;
  /** The drivers as they are, without faults. */
  readonly adapters: () => Promise<Adapters>;
  readonly serviceKeys: () => readonly WrappedKey[] | undefined;
  /** How many times the process has ended. */
  readonly crashes: () => number;
  readonly close: () => Promise<void>;
}

interface ServiceOptions {
  /** Opens the drivers, again for each instance: what it had in memory is gone with the one before. */
  readonly open: () => Promise<Adapters>;
  readonly system: System;
  /**
   * Whether what a process asks for once, the service key, fails too. Left out, it does not: else whether an act makes
   * those calls would depend on the acts before it.
   */
  readonly firstUse?: boolean;
  /** Another instance over the same store: they have one issuer and one service key. */
  readonly others?: FaultyService;
  readonly faults: Pick<Faults, "plan" | "turn" | "during"> & {
    readonly later: (land: () => Promise<unknown>) => void;
  };
}

interface Instance {
  readonly adapters: Adapters;
  readonly sweep: () => Promise<void>;
  readonly sweepHolders: () => Promise<void>;
  readonly match: ReturnType<typeof compileRoutes<Route>>;
  /** Aborted when the process ends. */
  readonly over: AbortSignal;
}

/**
 * The service under faults. Its routes are called without a connection, so that whoever holds back the calls of the
 * ports decides the order of everything.
 */
export async function startFaultyService({
  open,
  system,
  faults,
  firstUse = false,
  others,
}: ServiceOptions): Promise<FaultyService> {
  const config = readConfig(
    {
      PUBLIC_ORIGIN: ORIGIN,
      PHONE_WORK_PER_SECOND: "1000000",
      ISSUERS: JSON.stringify(issuerSettings(`${ORIGIN}/jwks`)),
      STORE: "sqlite",
      SQLITE_FILE: "opened-by-the-test",
      KEYS: "file",
      KEY_FILE: "opened-by-the-test",
    },
    { embedded: true },
  );
  const issuer = others?.issuer ?? (await createRotatingIssuer(system));
  let serviceKeys = others?.serviceKeys();
  let running: Promise<Instance> = start();
  await running;
  let crashes = 0;

  async function start(): Promise<Instance> {
    const adapters = await open();
    const over = new AbortController();
    const happening: Faults = {
      ...faults,
      later: (act: Act) => faults.later(async () => act((await running).adapters)),
      crash: () => {
        if (over.signal.aborted) return;
        crashes++;
        over.abort();
        running = adapters.store.close().then(start);
      },
      crashed: () => over.signal.aborted,
    };
    const layer = faulty(adapters, happening);
    const forNotices = faulty(adapters, {
      ...happening,
      plan: (call) => faults.plan({ ...call, notices: true }),
    });
    serviceKeys ??= [await makeServiceKey(adapters.kek, system)];
    const made = createServices(config, layer, { system, log: () => {}, serviceKeys });
    const unfaulted = createServiceKey({ ...adapters, wrapped: serviceKeys, system });
    const serviceKey = firstUse ? made.serviceKey : unfaulted;
    const { store, notify, activations } = forNotices;
    const texts = createTextLimits({ config, system, activations, serviceKey: unfaulted });
    const limits = { request: Number.POSITIVE_INFINITY, sweep: Number.POSITIVE_INFINITY };
    const services = {
      ...made,
      delivery: createDelivery({
        store,
        notify,
        texts,
        serviceKey: unfaulted,
        system,
        log: () => {},
        limits,
      }),
      serviceKey,
      userKeys: createUserKeys({ kek: layer.kek, serviceKey, system }),
      verifyToken: createTokenVerifier({
        issuers: config.issuers,
        system,
        keysOf: ({ jwksUri: url }) =>
          createSigningKeys({ url, system, fetch: async () => Response.json(issuer.jwks()) }),
      }),
    };
    return {
      adapters,
      sweep: async () => void (await sweep(services)),
      sweepHolders: async () => {
        // The timer that begins it tries again later.
        await sweepHolders(services).catch((error: unknown) => {
          if (!(error instanceof StoreUnavailable)) throw error;
        });
      },
      match: compileRoutes(routesOf(services)),
      over: over.signal,
    };
  }

  async function untilItEnds(act: (instance: Instance) => Promise<void>): Promise<void> {
    const instance = await running;
    const ended = Promise.withResolvers<true>();
    instance.over.addEventListener("abort", () => ended.resolve(true));
    // Whoever waits learns of the end in turn, as of everything else.
    if (await Promise.race([act(instance), ended.promise])) await faults.turn();
  }

  return {
    issuer,
    fetch: async (input, init = {}) => {
      const { match, over } = await running;
      const url = new URL(String(input));
      const found = match(init.method ?? "GET", url.pathname);
      if (!found) throw new Error(`no route for ${url.pathname}`);
      const cut = Promise.withResolvers<never>();
      const cutOff = () => cut.reject(new NoAnswer("the service ended"));
      over.addEventListener("abort", cutOff);
      try {
        const request = toRequest(url, init, found.params, randomId(system));
        const { status, headers, body } = await Promise.race([found.route.handle(request), cut.promise]);
        checkDeclared(request.method, url.pathname, status, body && JSON.parse(body));
        return new Response(body ?? null, { status, headers });
      } catch (error) {
        // Whoever waits for an answer learns of the end in turn, as of everything else.
        if (error instanceof NoAnswer) await faults.turn();
        throw error;
      } finally {
        over.removeEventListener("abort", cutOff);
      }
    },
    sweep: () => untilItEnds(({ sweep }) => sweep()),
    sweepHolders: () => untilItEnds(({ sweepHolders }) => sweepHolders()),
    adapters: async () => (await running).adapters,
    serviceKeys: () => serviceKeys,
    crashes: () => crashes,
    close: async () => (await running).adapters.store.close(),
  };
}

function toRequest(
  { pathname, searchParams }: URL,
  { method = "GET", headers, body }: RequestInit,
  params: HttpRequest["params"],
  id: string,
): HttpRequest {
  const bytes = Buffer.from((body as string | Uint8Array | null | undefined) ?? "");
  const fields = new Headers(headers);
  if (bytes.length > 0) fields.set("Content-Length", String(bytes.length));
  return {
    id,
    method,
    path: pathname,
    query: searchParams,
    header: (name) => fields.get(name) ?? undefined,
    params,
    body: async () => bytes,
  };
}
