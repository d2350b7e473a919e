import { onTestFinished } from "vitest";
import { type KeyVaultOptions, openKeyVault } from "../../../shared/keys/keyVault.ts";
import type { KeyEncryptionKey } from "../../../shared/keys/port.ts";
import { system } from "../../../shared/system.ts";
import type { SeenRequest } from "./faults.ts";
import { startVaultServer, type VaultServer } from "./server.ts";
import type { Tokens } from "./tokens.ts";

/** As long as a user key. */
export const USER_KEY = Buffer.from("0123456789abcdef0123456789abcdef");

export interface VaultFixture extends VaultServer {
  /** The time of every driver, in milliseconds. */
  readonly clock: { time: number };
  /** What has arrived since the last call: `get` or `unwrap`, with the vault; `challenged` if it had no token. */
  requests(): string[];
  /** An instance of the service over the key `kek` of each vault: of `a` when left out. */
  open(options?: { readonly vaults?: readonly string[] } & Partial<KeyVaultOptions>): KeyEncryptionKey;
}

/** A vault server for the test that asks for it, closed when the test is over. */
export async function vaultServer(options: { readonly tokens?: Tokens } = {}): Promise<VaultFixture> {
  const server = await startVaultServer(options);
  onTestFinished(() => server.close());
  const clock = { time: Date.parse("2026-11-22T07:00:00Z") };
  return {
    ...server,
    clock,
    requests: () => server.seen.splice(0).map(describe),
    open: ({ vaults = ["a"], ...options } = {}) =>
      openKeyVault({
        keys: vaults.map((vault) => `https://${vault}.vault.azure.net/keys/kek`),
        credential: server.credential,
        system: { ...system, now: () => clock.time },
        clientOptions: server.clientOptions,
        ...options,
      }),
  };
}

/** A driver that has wrapped and unwrapped with version `id`, for what happens next. */
export async function usedVault() {
  const server = await vaultServer();
  const id = await server.vault("a").create("kek");
  const key = server.open();
  const wrapped = await key.wrap(USER_KEY, "owner");
  await key.unwrap(wrapped);
  server.requests();
  return { ...server, id, key, wrapped };
}

export type UsedVault = Awaited<ReturnType<typeof usedVault>>;

function describe({ method, host, authorized }: SeenRequest): string {
  return `${method === "GET" ? "get" : "unwrap"} ${host.split(".")[0]}${authorized ? "" : " challenged"}`;
}
