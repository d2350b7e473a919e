import type { Agent, AgentOptions } from "node:https";
import { startCloud } from "../../local/cloud/cloud.ts";

// The stand-ins of Azure Cosmos DB and Key Vault, in a process of their own: what they need is no work of the service.

/** What the service's process needs to find them. */
export interface StandIns {
  readonly settings: Readonly<Record<string, string>>;
  /** Where every vault's name leads. */
  readonly vault: Pick<AgentOptions, "host" | "port" | "ca">;
  /** An access token for the vault. */
  readonly token: string;
}

const { settings, emulated } = await startCloud({ store: true, keys: true }, Date.now);
const { agent } = emulated.clientOptions ?? {};
const found = await emulated.credential?.getToken("https://vault.azure.net/.default");
if (!agent || !found) throw new Error("there is no vault");
const { host, port, ca } = (agent as Agent).options;
process.send?.({ settings, vault: { host, port, ca }, token: found.token });
process.once("disconnect", () => process.exit());
