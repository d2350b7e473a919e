import { onTestFinished } from "vitest";
import { startNotifyServer } from "../../../local/cloud/notifyServer/server.ts";
import { type AzureNotifyOptions, openAzureNotify } from "../../../shared/notify/azure.ts";
import type { Notify } from "../../../shared/notify/port.ts";

export const NOW = Date.parse("2026-11-22T08:00:00Z");

export interface Stage extends Awaited<ReturnType<typeof startNotifyServer>> {
  readonly clock: { time: number };
  /** An instance of the service; `keys` are those of the hubs now. */
  open(changes?: Changes): Notify;
}

export interface Changes {
  readonly hubs?: Partial<AzureNotifyOptions["hubs"]>;
  readonly communication?: Partial<AzureNotifyOptions["communication"]>;
}

/** The platforms for the test that asks for them, closed when it is over. */
export async function startStage(): Promise<Stage> {
  const clock = { time: NOW };
  const server = await startNotifyServer({ now: () => clock.time });
  onTestFinished(() => server.close());
  const { namespace, production, sandbox, rule } = server.hubs;
  const { endpoint, mailSender, textSender } = server.communication;
  return {
    ...server,
    clock,
    open: (changes = {}) => {
      const { primary, secondary } = server.hubs.keys;
      const hubs = { namespace, production, sandbox, rule, keys: [primary, secondary] };
      const { credential, agent } = server;
      return openAzureNotify({
        hubs: { ...hubs, ...changes.hubs },
        communication: { endpoint, mailSender, textSender, credential, ...changes.communication },
        now: () => clock.time,
        agent,
      });
    },
  };
}
