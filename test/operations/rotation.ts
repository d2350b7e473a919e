import { expect, onTestFinished } from "vitest";
import type { Adapters } from "../../functions/compose/services.ts";
import { startVaultServer } from "../../local/cloud/vaultServer/server.ts";
import { openKeyVault } from "../../shared/keys/keyVault.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { createServiceKey, makeServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import { createUserKeys } from "../../shared/keys/userKeys.ts";
import type { RewrapLine } from "../../shared/log.ts";
import { currentKey, type Owner } from "../../shared/model/owner.ts";
import type { Store } from "../../shared/store/port.ts";
import { readOwner } from "../../shared/store/read.ts";
import { system } from "../../shared/system.ts";
import { contents } from "../support/accounts.ts";
import { userIdOf } from "../support/partition.ts";
import { backedUpPhone, expectOk, START, startService, type TestPhone } from "../support/service.ts";

/** A service whose key encryption key is in a vault on this machine, by the real SDK. */
export async function startWithVault(openStore?: (now: () => number) => Promise<Pick<Adapters, "store">>) {
  const server = await startVaultServer();
  onTestFinished(() => server.close());
  const first = await server.vault("a").create("kek");
  const keyId = "https://a.vault.azure.net/keys/kek";
  const clock = { now: () => START };
  const open = () =>
    openKeyVault({
      keys: [keyId],
      credential: server.credential,
      system: { ...system, now: () => clock.now() },
      clientOptions: server.clientOptions,
    });
  const kek = open();
  const entry = await makeServiceKey(kek, system);
  const on = await openStore?.(() => clock.now());
  const service = await startService({
    settings: { SERVICE_KEY: JSON.stringify([entry]), KEY_VAULT_KEYS: keyId },
    wrap: (adapters) => ({ ...adapters, ...on, kek }),
  });
  clock.now = service.now;
  return {
    ...server,
    service: { ...service, adapters: { ...service.adapters, ...on, kek } },
    store: on?.store ?? service.adapters.store,
    /** The version that everything is under at first. */
    first,
    entry,
    /** As another instance opens it. */
    open,
    /** A new version, which every instance knows by now. */
    rotate: async () => {
      const version = await server.vault("a").create("kek");
      service.advance(10 * 60);
      return version;
    },
    disable: (version: string) => server.vault("a").update(version, { enabled: false }),
    /** How often the vault was asked to unwrap, since this was last asked. */
    unwraps: () =>
      server.seen.splice(0).filter(({ method, authorized }) => method === "POST" && authorized).length,
  };
}

export type WithVault = Awaited<ReturnType<typeof startWithVault>>;

/** What re-wraps, in another instance of the service over the same store. @param entries its setting SERVICE_KEY */
export function instance(
  { store, service, open, entry }: Pick<WithVault, "store" | "service" | "open" | "entry">,
  entries: readonly ServiceKeyEntry[] = [entry],
  kek: KeyEncryptionKey = open(),
  on: Store = store,
) {
  const its = { ...system, now: service.now };
  const serviceKey = createServiceKey({ wrapped: entries, kek, store: on, system: its });
  const lines: RewrapLine[] = [];
  return {
    store: on,
    kek,
    serviceKey,
    userKeys: createUserKeys({ kek, serviceKey, system: its }),
    system: its,
    lines,
    log: (line: object) => void lines.push(line as RewrapLine),
  };
}

/** Owners, each with a backup. */
export async function owners({ service }: Pick<WithVault, "service">, count: number): Promise<TestPhone[]> {
  const phones: TestPhone[] = [];
  for (let at = 0; at < count; at++) {
    const phone = await backedUpPhone(service, { owner: `owner ${at}` });
    expectOk(await phone.upload(contents));
    phones.push(phone);
  }
  return phones;
}

export async function ownerOf(store: Store, phone: TestPhone): Promise<Owner> {
  return (await readOwner(store, userIdOf(phone)))?.item ?? expect.fail("no owner");
}

/** The versions that wrap the current keys of these owners. */
export async function versionsOf(store: Store, phones: readonly TestPhone[]): Promise<string[]> {
  const items = await Promise.all(phones.map((phone) => ownerOf(store, phone)));
  return items.map(({ backup }) => (backup.state === "on" ? currentKey(backup).wrapped.kek : backup.state));
}
