import type { Services } from "../shared/acts/services.ts";
import { readConfig } from "../shared/config/read.ts";
import type { Route } from "../shared/http/message.ts";
import { failureOf, logToConsole } from "../shared/log.ts";
import { system } from "../shared/system.ts";
import { timestampOf } from "../shared/words.ts";
import { openAdapters, readServiceKeys } from "./compose/adapters.ts";
import { createServices } from "./compose/services.ts";
import { routesOf, routesWithoutService } from "./endpoints.ts";
import { register } from "./register.ts";
import { registerTriggers } from "./triggers.ts";

/** What the app serves. Never throws: a host that could not load it would answer an empty 404 to every path. */
async function open(): Promise<{ readonly routes: readonly Route[]; readonly services?: Services }> {
  try {
    const config = readConfig(process.env);
    const adapters = await openAdapters(config, system);
    const serviceKeys = await readServiceKeys(config, adapters.kek, system);
    const services = createServices(config, adapters, { system, log: logToConsole, serviceKeys });
    return { routes: routesOf(services), services };
  } catch (error) {
    logToConsole({ time: timestampOf(system.now()), level: "error", failure: failureOf(error) });
    return { routes: routesWithoutService({ system, log: logToConsole }) };
  }
}

const { routes, services } = await open();
routes.forEach(register);
if (services) registerTriggers(services);
