import { cancelActivation } from "../../shared/acts/providerActivations.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { activationParams, placeOf } from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";

/** DELETE provider/activations/{activationId}: its code is good for nothing any more. */
export const cancelProviderActivation = forRole(
  { caller: "provider", role: "Activations.Issue" },
  {
    name: "provider-activations-cancel",
    method: "DELETE",
    route: "provider/activations/{activationId}",
    summary: "Cancels an activation that no phone is using; a repeat is harmless.",
    params: activationParams,
    answers: { 204: null },
    problems: ["activation-not-found", "activation-not-open", "busy"],
  },
  async ({ services, identity, params, now }) => {
    await cancelActivation(services, tenantOf(identity), placeOf(params.activationId), now);
    return { status: 204 };
  },
);
