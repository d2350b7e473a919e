import { revokeOwnCredential } from "../../shared/acts/providerCredentials.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { credentialParams, placeOf } from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";

/** DELETE provider/credentials/{credentialId}: its phone shows the account as one that is to be verified again [D12]. */
export const revokeProviderCredential = forRole(
  { caller: "provider", role: "Activations.Issue" },
  {
    name: "provider-credentials-revoke",
    method: "DELETE",
    route: "provider/credentials/{credentialId}",
    summary: "Revokes the key of a verified account; a repeat is harmless.",
    params: credentialParams,
    answers: { 204: null },
    problems: ["credential-not-found", "busy"],
  },
  async ({ services, identity, params: { credentialId }, now }) => {
    await revokeOwnCredential(services, tenantOf(identity), placeOf(credentialId), now);
    return { status: 204 };
  },
);
