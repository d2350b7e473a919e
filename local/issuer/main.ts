import { randomId, system } from "../../shared/system.ts";
import { serve } from "../host/server.ts";
import { readPort, runProgram } from "../terminal/program.ts";
import { issuerHandler, JWKS_PATH, TOKEN_PATH } from "./http.ts";
import { createIssuer } from "./issuer.ts";
import { KEY_FILE, loadKey } from "./key.ts";
import { issuerSettings } from "./settings.ts";

await runProgram(
  {
    name: "npm run issuer",
    about: `Runs the development issuer alone, for the app under Azure Functions Core Tools (npm run func). It signs in any made-up owner, with the key in ${KEY_FILE}.`,
    options: {
      port: { type: "string", default: "7072", value: "PORT", means: "where it listens; 0: a free one" },
    },
  },
  async ({ port }) => {
    const number = readPort(port, 0);
    const issuer = createIssuer({ key: await loadKey(KEY_FILE), now: system.now });
    const host = await serve({
      routes: [],
      port: number,
      requestId: () => randomId(system),
      extra: issuerHandler(issuer),
    });
    const origin = `http://127.0.0.1:${host.port}`;
    const setting = JSON.stringify(issuerSettings(`${origin}${JWKS_PATH}`));
    console.log(`Tokens: curl '${origin}${TOKEN_PATH}?owner=alice'`);
    console.log(`In local.settings.json, under "Values":\n"ISSUERS": ${JSON.stringify(setting)}`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void host.close());
  },
);
