import { randomUUID } from "node:crypto";
import { base64url } from "jose";
import { expect, it } from "vitest";
import { contentKey } from "../../local/phone/protocol/contentKey.ts";
import { openEnvelope, sealEnvelope } from "../../local/phone/protocol/envelope.ts";
import { publicJwk } from "../../local/phone/protocol/keys.ts";
import { accountReferences } from "../../local/phone/protocol/manifest.ts";
import { openSealedKey } from "../../local/phone/protocol/sealedKey.ts";
import { system } from "../../shared/system.ts";
import { contents as ofEveryKind } from "../support/accounts.ts";
import { startService } from "../support/service.ts";
import { type TypedPhone, typedPhone } from "./client.ts";
import type { components } from "./paths.d.ts";

async function register({ client, deviceId, keys, header }: TypedPhone, name: string) {
  const { data } = await client.PUT("/devices/{deviceId}", {
    params: { path: { deviceId }, header },
    body: { name, sealingKey: publicJwk(keys.sealing) },
  });
  if (!data) throw new Error("not registered");
  return data;
}

const contents = {
  ...ofEveryKind,
  accounts: ofEveryKind.accounts.filter(({ kind }) => kind === "third-party"),
};

type SealedKey = components["schemas"]["SealedKey"];

async function openKey({ keys }: TypedPhone, key: SealedKey, userId: string): Promise<Uint8Array> {
  const userKey = await openSealedKey(key, keys.sealing, userId);
  return contentKey({ userKey, userId, platform: "android" });
}

/** What openapi-typescript makes of docs/openapi.json is enough for a phone: the compiler holds each step to it. */
it("a client that is generated from the document backs up, recovers on a new phone, and turns off", async () => {
  const service = await startService();
  const old = await typedPhone(service);
  const { userId, referenceSalt } = await register(old, "Old phone");

  const enabled = await old.client.POST("/backup/enable", {
    params: { header: { ...old.header, "Idempotency-Key": randomUUID() } },
    body: {},
  });
  if (!enabled.data) throw new Error(enabled.error.code);
  const { key, nextVersion } = enabled.data;

  const refs = accountReferences(base64url.decode(referenceSalt), contents.accounts);
  service.marks.addContents(contents, service.now());
  const envelope = await sealEnvelope({
    contents,
    contentKey: await openKey(old, key, userId),
    binding: { kid: key.id, uid: userId, plt: "android", ver: nextVersion },
    system: { random: system.random },
  });
  const uploaded = await old.client.PUT("/backup", {
    params: { header: { ...old.header, "If-None-Match": "*" } },
    body: {
      envelope,
      manifest: {
        accounts: refs.map((ref) => ({ ref, kind: "third-party" as const, push: false as const })),
      },
    },
  });
  expect(uploaded.data).toMatchObject({ version: nextVersion, accounts: contents.accounts.length });

  const status = await old.client.GET("/backup", { params: { header: old.header } });
  if (status.data?.state !== "on") throw new Error("the backup is not on");
  expect(status.data.current?.version).toBe(nextVersion);
  const etag = status.response.headers.get("ETag") ?? "";
  const again = await old.client.GET("/backup", {
    params: { header: { ...old.header, "If-None-Match": etag } },
  });
  expect(again.response.status).toBe(304);

  const successor = await typedPhone(service);
  await register(successor, "New phone");
  const recover = async (accounts: string[]) =>
    await successor.client.POST("/recoveries", {
      params: { header: { ...successor.header, "Idempotency-Key": randomUUID() } },
      body: { accounts, purpose: "recover" },
    });
  const refused = await recover(refs);
  if (refused.error?.code !== "accounts-present") throw new Error("it was not refused for its accounts");
  expect(refused.error.conflicts).toEqual(refs);

  const begun = await recover([]);
  if (!begun.data || begun.data.state === "waiting") throw new Error("nothing was released");
  const { content, key: released, platform } = begun.data;
  if (!content) throw new Error("there is no content");
  const opened = await openEnvelope(content.envelope, await openKey(successor, released, userId), {
    kid: released.id,
    uid: userId,
    plt: platform,
    ver: content.sealedAs,
    ssb: content.storageBound,
  });
  expect(opened).toEqual(contents);

  const off = await old.client.DELETE("/backup", {
    params: { header: old.header, query: { confirm: "delete" } },
  });
  expect(off.response.status).toBe(204);
  const gone = await successor.client.GET("/backup", { params: { header: successor.header } });
  expect(gone.data?.state).toBe("deleted");
});
