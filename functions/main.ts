import { readConfig } from "../shared/config/read.ts";
import type { Route } from "../shared/http/message.ts";
import { failureOf, logToConsole } from "../shared/log.ts";
import { system } from "../shared/system.ts";
import { timestampOf } from "../shared/words.ts";
import { openAdapters, readServiceKeys } from "./compose/adapters.ts";
import { createServices } from "./compose/services.ts";
import { routesOf, routesWithoutService } from "./endpoints.ts";
import { register } from "./register.ts";

/** What the app serves. Never throws: a host that could not load it would answer an empty 404 to every path. */
async function open(): Promise<Route[]> {
  try {
    const config = readConfig(process.env);
    const adapters = await openAdapters(config, system);
    const serviceKeys = await readServiceKeys(config, adapters.kek, system);
    return routesOf(createServices(config, adapters, { system, log: logToConsole, serviceKeys }));
  } catch (error) {
    logToConsole({ time: timestampOf(system.now()), level: "error", failure: failureOf(error) });
    return routesWithoutService({ system, log: logToConsole });
  }
}

(await open()).forEach(register);
