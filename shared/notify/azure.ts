import { type ClientOptions, createClient } from "./client.ts";
import { type CommunicationOptions, openCommunication } from "./communication.ts";
import { type HubsOptions, openHubs } from "./hubs.ts";
import type { Notify } from "./port.ts";

export interface AzureNotifyOptions extends ClientOptions {
  readonly hubs: HubsOptions;
  readonly communication: CommunicationOptions;
}

/** Push by Azure Notification Hubs, mail and text by Azure Communication Services. */
export function openAzureNotify({ hubs, communication, ...options }: AzureNotifyOptions): Notify {
  const client = createClient(options);
  return { push: openHubs(hubs, client), ...openCommunication(communication, client) };
}
