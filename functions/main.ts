import { readConfig } from "../shared/config/read.ts";
import { logToConsole } from "../shared/log.ts";
import { system } from "../shared/system.ts";
import { openAdapters, readServiceKeys } from "./compose/adapters.ts";
import { createServices } from "./compose/services.ts";
import { routesOf } from "./endpoints.ts";
import { register } from "./register.ts";

// What goes wrong here is thrown, not logged: an entry point that swallows it deploys an app with no functions.
const config = readConfig(process.env);
const adapters = await openAdapters(config, system);
const serviceKeys = await readServiceKeys(config, adapters.kek, system);
const services = createServices(config, adapters, { system, log: logToConsole, serviceKeys });
routesOf(services).forEach(register);
