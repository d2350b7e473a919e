import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { TENANT } from "../../../local/issuer/settings.ts";
import type { TokenRequest } from "../../../local/issuer/tokenRequest.ts";
import { placeOfOtp } from "../../../shared/keys/places.ts";
import { createServiceKey, type ServiceKey } from "../../../shared/keys/serviceKey.ts";
import { ids } from "../../../shared/store/items.ts";
import type { Operation } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";
import { timestampOf } from "../../../shared/words.ts";
import { checkDeclared } from "../../support/declared.ts";
import { userIdOf } from "../../support/partition.ts";
import type { TestPhone, TestService } from "../../support/service.ts";

export { TENANT };

/** Another organization. */
export const OTHER_TENANT = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3";

export const SUBJECT = "5b2f7d1c-9a3e-4f60-8d15-c7e2a4b6f801";

/** What an activation is asked for with. */
export const ASKED = {
  subject: SUBJECT,
  route: "self-service",
  account: { organization: "Contoso", userName: "alice@contoso.example" },
};

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it looks for
  readonly body: any;
}

export interface ProviderOptions {
  readonly token?: Partial<TokenRequest>;
  /** Idempotency-Key; another one each time where it is left out. */
  readonly key?: string;
}

/** A provider's app at the command of a test. */
export function providerOf(service: TestService, always: Partial<TokenRequest> = {}) {
  async function ask(
    method: string,
    path: string,
    body?: unknown,
    { token, key = randomBytes(16).toString("base64url") }: ProviderOptions = {},
  ): Promise<Answered> {
    const signed = await service.issuer.sign({
      owner: "provider app",
      kind: "provider",
      ...always,
      ...token,
    });
    const response = await fetch(`${service.origin}/v1/provider/${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${signed}`,
        "Idempotency-Key": key,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text === "" ? undefined : JSON.parse(text);
    checkDeclared(method, `/v1/provider/${path}`, response.status, answer);
    return { status: response.status, headers: response.headers, body: answer };
  }
  return {
    ask,
    issue: (changes: object = {}, options?: ProviderOptions) =>
      ask("POST", "activations", { ...ASKED, ...changes }, options),
    read: (activationId: string, options?: ProviderOptions) =>
      ask("GET", `activations/${activationId}`, undefined, options),
    cancel: (activationId: string, options?: ProviderOptions) =>
      ask("DELETE", `activations/${activationId}`, undefined, options),
    credential: (credentialId: string, options?: ProviderOptions) =>
      ask("GET", `credentials/${credentialId}`, undefined, options),
    revoke: (credentialId: string, options?: ProviderOptions) =>
      ask("DELETE", `credentials/${credentialId}`, undefined, options),
    verify: (body: object, options?: ProviderOptions) => ask("POST", "codes/verify", body, options),
  };
}

export type Provider = ReturnType<typeof providerOf>;

/** The token of an app of that organization. */
export function tenantApp(tenant: string): Partial<TokenRequest> {
  return { profile: "entra", tenant };
}

export const problemIn = ({ status, body }: Answered) => ({ status, code: body?.code });

/** Where an activation lies. */
export function placeIn(activationId: string): { readonly partition: string; readonly id: string } {
  const [partition = "", id = ""] = activationId.split(".");
  return { partition, id };
}

/** What is written past a service needs of it. */
export type Written = Pick<TestService, "adapters" | "now" | "serviceKey">;

/** Writes past the service, in the second container or, with `owner`, in an owner's partition. */
export async function put(
  service: Written,
  partition: string,
  operations: readonly Operation[],
  container: "activations" | "store" = "activations",
): Promise<void> {
  const { committed } = await service.adapters[container].commit(partition, operations);
  expect(committed).toBe(true);
}

/** Changes an item past the service. */
export async function change(
  service: Written,
  container: "activations" | "store",
  partition: string,
  id: string,
  // biome-ignore lint/suspicious/noExplicitAny: bodies of any kind
  changes: (body: any) => object,
): Promise<void> {
  const stored = await service.adapters[container].read(partition, id);
  if (!stored) return expect.fail(`no ${id}`);
  const body = changes(structuredClone(stored.body));
  await put(service, partition, [{ kind: "replace", id, body: { ...body }, etag: stored.etag }], container);
}

/** A P-256 key's public half. */
export function accountKey() {
  const { kty, crv, x, y } = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
    format: "jwk",
  });
  return { kty, crv, x, y };
}

const random = (bytes: number) => randomBytes(bytes).toString("base64url");

/** What is open, on that phone, for a claimed activation; as a phone's requests would have written it. */
export async function claimed(
  service: TestService,
  phone: TestPhone,
  activationId: string,
  challenge: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly challengeId: string; readonly ref: string }> {
  const userId = userIdOf(phone);
  const challengeId = random(16);
  const ref = random(32);
  const place = placeIn(activationId);
  await change(service, "store", userId, ids.owner, (owner) => ({
    ...owner,
    // biome-ignore lint/suspicious/noExplicitAny: an owner's phones
    devices: owner.devices.map((device: any) =>
      device.deviceId === phone.deviceId ? { ...device, challenge: challengeId } : device,
    ),
  }));
  const owner = await service.adapters.store.read(userId, ids.owner);
  // biome-ignore lint/suspicious/noExplicitAny: an owner's phones
  const devices = owner?.body.devices as any[];
  const { registered } = devices.find(({ deviceId }) => deviceId === phone.deviceId);
  const body = {
    schema: 1,
    deviceId: phone.deviceId,
    registered,
    account: { ref, kind: "work-or-school", push: true, tenant: TENANT, subjectHash: random(32) },
    startedAt: timestampOf(service.now()),
    expiresAt: timestampOf(service.now() + 3_600_000),
    given: ["activation-code"],
    activation: place,
    holder: place.partition,
    number: 47,
    ...challenge,
  };
  await put(service, userId, [{ kind: "create", id: ids.challenge(challengeId), body }], "store");
  await change(service, "activations", place.partition, ids.activation(place.id), (item) => ({
    ...item,
    claimedBy: { userId, challengeId },
  }));
  return { challengeId, ref };
}

/** Changes a challenge, as a phone's requests would. */
export async function goesOn(
  service: TestService,
  phone: TestPhone,
  challengeId: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  await change(service, "store", userIdOf(phone), ids.challenge(challengeId), (body) => ({
    ...body,
    ...changes,
  }));
}

/** A push that was sent, as a challenge has it. */
export function pushed(service: TestService) {
  const at = timestampOf(service.now());
  return {
    nonces: [{ nonce: random(32), until: timestampOf(service.now() + 120_000) }],
    sends: { count: 1, since: at, last: at },
  };
}

/** A phone that holds an account: its credential and what points to it, as the last step of a challenge writes them. */
export async function holds(
  service: Written,
  phone: TestPhone,
  partition: string,
  { otp, tenant = TENANT }: { readonly otp?: Uint8Array; readonly tenant?: string | null } = {},
) {
  const userId = userIdOf(phone);
  const [id, ref] = [random(16), random(32)];
  const dueAt = timestampOf(service.now() + 30 * 24 * 3_600_000);
  const at = timestampOf(service.now());
  const { deviceId } = phone;
  const publicKey = accountKey();
  const owner = await service.adapters.store.read(userId, ids.owner);
  const devices = owner?.body.devices as readonly { deviceId: string; registered: number }[];
  const registered = devices.find((device) => device.deviceId === deviceId)?.registered;
  const credential = {
    schema: 1,
    credentialId: id,
    publicKey,
    registered,
    verifiedAt: at,
    holder: partition,
    ...(otp && { otp: { secret: await sealOtp(service, userId, deviceId, ref, otp) } }),
  };
  await put(
    service,
    userId,
    [{ kind: "create", id: ids.credential(deviceId, ref), body: credential }],
    "store",
  );
  await put(service, partition, [
    {
      kind: "create",
      id: ids.holder(userId, deviceId),
      body: { schema: 1, userId, deviceId, ref, at, dueAt },
    },
    {
      kind: "create",
      id: ids.issued(id),
      body: { schema: 1, holds: { userId, deviceId, ref }, dueAt, ...(tenant !== null && { tenant }) },
    },
  ]);
  return { credentialId: `${partition}.${id}`, id, ref, publicKey, userId, deviceId };
}

/** The service's own secret, for what a test writes as the service would. */
export function serviceKeyOf({ adapters, serviceKey }: Pick<Written, "adapters" | "serviceKey">): ServiceKey {
  return createServiceKey({ ...adapters, wrapped: JSON.parse(serviceKey), system });
}

async function sealOtp(service: Written, userId: string, deviceId: string, ref: string, secret: Uint8Array) {
  return await serviceKeyOf(service).seal(placeOfOtp(userId, deviceId, ref), secret);
}

/** The code that a phone shows: RFC 6238 with HMAC-SHA-256, 8 digits, 30 seconds. */
export function codeAt(secret: Uint8Array, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeUInt32BE(Math.floor(now / 30_000), 4);
  const mac = createHmac("sha256", secret).update(counter).digest();
  const code = (mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff) % 100_000_000;
  return String(code).padStart(8, "0");
}
