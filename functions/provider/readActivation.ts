import { claimOf } from "../../shared/acts/activations.ts";
import { ownActivation } from "../../shared/acts/providerActivations.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import {
  activationAnswer,
  activationAnswerOf,
  activationParams,
  placeOf,
} from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";

/** Seconds until a page asks again. */
const AGAIN = "2";

/** GET provider/activations/{activationId}: how it stands, and nothing of whose phone that is [E6] [E15]. */
export const readProviderActivation = forRole(
  { caller: "provider", role: "Activations.Read" },
  {
    name: "provider-activations-read",
    method: "GET",
    route: "provider/activations/{activationId}",
    summary:
      "Tells how an activation stands: its number while one is to be typed, and the account's key at the end.",
    params: activationParams,
    answers: { 200: activationAnswer },
    problems: ["activation-not-found"],
  },
  async ({ services, identity, params, now }) => {
    const found = await ownActivation(services, tenantOf(identity), placeOf(params.activationId));
    const claim = await claimOf(services, found.item, now);
    return {
      status: 200,
      headers: { "Retry-After": AGAIN },
      body: activationAnswerOf(params.activationId, found.item, claim, now),
    };
  },
);
