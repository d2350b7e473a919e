import { randomUUID } from "node:crypto";
import { issuerIdentifier } from "../../local/issuer/settings.ts";
import { ASKED, holds, placeIn, providerOf } from "../behaviours/providers/stage.ts";
import type { TestService } from "../support/service.ts";
import { phoneWithBackup } from "./phones.ts";
import type { Sample } from "./scene.ts";

/** The request of a provider's app; the owner's phone is there to send more than the app must. */
async function ofProvider(
  service: TestService,
  request: Omit<Sample, "phone" | "signIn">,
  phone = phoneWithBackup(service),
): Promise<Sample> {
  const signIn = () => service.issuer.sign({ owner: "provider app", kind: "provider" });
  return { phone: await phone, signIn, ...request };
}

async function activationOf(service: TestService): Promise<string> {
  return (await providerOf(service).issue()).body.activationId;
}

/** A credential of the provider's on an owner's phone. */
async function withCredential(service: TestService): Promise<Sample> {
  const phone = await phoneWithBackup(service);
  const { partition } = placeIn(await activationOf(service));
  const { credentialId } = await holds(service, phone, partition);
  return await ofProvider(
    service,
    { path: `/v1/provider/credentials/${credentialId}` },
    Promise.resolve(phone),
  );
}

export const providerSamples: Readonly<Record<string, (service: TestService) => Promise<Sample>>> = {
  "provider-activations-issue": async (service) =>
    await ofProvider(service, {
      path: "/v1/provider/activations",
      headers: { "Idempotency-Key": randomUUID() },
      body: ASKED,
    }),

  "provider-activations-read": async (service) =>
    await ofProvider(service, { path: `/v1/provider/activations/${await activationOf(service)}` }),

  "provider-activations-cancel": async (service) =>
    await ofProvider(service, { path: `/v1/provider/activations/${await activationOf(service)}` }),

  "provider-credentials-read": withCredential,
  "provider-credentials-revoke": withCredential,

  "provider-codes-verify": async (service) =>
    await ofProvider(service, {
      path: "/v1/provider/codes/verify",
      body: { issuer: issuerIdentifier("personal", "oidc"), subject: "alice", code: "12345678" },
    }),
};
