import { parseArgs } from "node:util";
import { randomId, system } from "../../shared/system.ts";
import { serve } from "../host/server.ts";
import { issuerHandler, JWKS_PATH, TOKEN_PATH } from "./http.ts";
import { createIssuer } from "./issuer.ts";
import { KEY_FILE, loadKey } from "./key.ts";
import { issuerSettings } from "./settings.ts";

/** The issuer alone, for running the app under Azure Functions Core Tools: `npm run issuer -- --port 7072`. */
const { values } = parseArgs({ options: { port: { type: "string", default: "7072" } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError("--port is 0 to 65535");

const issuer = createIssuer({ key: await loadKey(KEY_FILE), now: system.now });
const host = await serve({
  routes: [],
  port,
  requestId: () => randomId(system),
  extra: issuerHandler(issuer),
});
const origin = `http://127.0.0.1:${host.port}`;
const setting = JSON.stringify(issuerSettings(`${origin}${JWKS_PATH}`));
console.log(`Tokens: curl '${origin}${TOKEN_PATH}?owner=alice'`);
console.log(`In local.settings.json, under "Values":\n"ISSUERS": ${JSON.stringify(setting)}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void host.close());
