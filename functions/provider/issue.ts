import * as z from "zod";
import { issueActivation } from "../../shared/acts/providerActivations.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { activationRoute } from "../../shared/model/activation.ts";
import { issuedAnswer, placedIdOf } from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";
import { qrOf } from "../../shared/provider/code.ts";

/** At most so many characters as the contents of a backup have room for: a phone that adds the account backs it up. */
const name = (most: number) => z.string().min(1).max(most);

/**
 * POST provider/activations: a code with which the owner of an account verifies it on a phone. Whether there is such an
 * owner is not asked [E15].
 */
export const issueProviderActivation = forRole(
  { caller: "provider", role: "Activations.Issue", idempotencyKey: "needed" },
  {
    name: "provider-activations-issue",
    method: "POST",
    route: "provider/activations",
    summary:
      "Issues a code with which the user of an account verifies it on a phone; a repeat makes another code.",
    body: z.strictObject({
      /** The user's id at the provider: `oid` at Microsoft Entra. */
      subject: name(128),
      route: activationRoute,
      /** Whether the provider shows a number to be typed; left out, on its self-service page alone. */
      showNumber: z.boolean().optional(),
      /** What the phone shows of the account. */
      account: z.strictObject({ organization: name(128), userName: name(254) }),
    }),
    answers: { 201: issuedAnswer },
    problems: [
      "idempotency-key-reused",
      "activation-not-open",
      "too-many-activations",
      "busy",
      "keys-unavailable",
      "key-unusable",
    ],
  },
  async ({ services, identity, body, idempotencyKey = "", requestHash, now }) => {
    const { subject, route, showNumber = route === "self-service", account } = body;
    const { code, expiresAt, ...place } = await issueActivation(
      services,
      {
        tenant: tenantOf(identity),
        account: { subject, ...account },
        route,
        showNumber,
        idempotencyKey,
        request: requestHash(),
      },
      now,
    );
    const qr = qrOf(services.config.publicOrigin, code);
    return { status: 201, body: { activationId: placedIdOf(place), code, qr, expiresAt } };
  },
);
