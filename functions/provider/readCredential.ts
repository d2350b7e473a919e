import { isLiveCredential } from "../../shared/acts/providerCredentials.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { credentialAnswer, credentialParams, placeOf } from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";

/** GET provider/credentials/{credentialId}: whether an account's key still counts. */
export const readProviderCredential = forRole(
  { caller: "provider", role: "Activations.Read" },
  {
    name: "provider-credentials-read",
    method: "GET",
    route: "provider/credentials/{credentialId}",
    summary: "Tells whether the key of a verified account still counts.",
    params: credentialParams,
    answers: { 200: credentialAnswer },
    problems: ["credential-not-found"],
  },
  async ({ services, identity, params: { credentialId } }) => {
    const isLive = await isLiveCredential(services, tenantOf(identity), placeOf(credentialId));
    return { status: 200, body: { credentialId, state: isLive ? "live" : "revoked" } };
  },
);
