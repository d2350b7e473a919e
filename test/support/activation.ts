import { randomInt } from "node:crypto";
import type { Adapters } from "../../functions/compose/services.ts";
import { partitionOf } from "../../shared/acts/activations.ts";
import { PLACE_OF_ACTIVATION_CODE, placeOfActivated } from "../../shared/keys/places.ts";
import { createServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import {
  ACTIVATION_LIFE,
  type ActivatedAccount,
  type Activation,
  type ActivationCode,
} from "../../shared/model/activation.ts";
import { ids } from "../../shared/store/items.ts";
import { randomId, system } from "../../shared/system.ts";
import { timestampOf } from "../../shared/words.ts";
import { contents } from "./accounts.ts";

/** The work account with push of `contents`, as its provider knows it. */
export const FABRIKAM = fabrikam();

function fabrikam(): ActivatedAccount & { readonly tenant: string } {
  const account = contents.accounts.find(({ kind, push }) => kind === "work-or-school" && push);
  if (account?.kind !== "work-or-school") throw new Error("no work account with push");
  const { tenant, subject, issuer: organization, userName } = account;
  return { tenant, subject, organization, userName };
}

interface Where {
  readonly adapters: Adapters;
  readonly serviceKeys: readonly ServiceKeyEntry[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Issued {
  readonly code: string;
  readonly partition: string;
  readonly activationId: string;
}

/** Writes an activation as the account's provider would have it issued. */
export async function issueActivation(
  { adapters, serviceKeys, now }: Where,
  {
    account = FABRIKAM,
    ...changes
  }: { readonly account?: ActivatedAccount & { readonly tenant: string } } & Partial<
    Omit<Activation, "account">
  > = {},
): Promise<Issued> {
  const { tenant, ...named } = account;
  const serviceKey = createServiceKey({ ...adapters, wrapped: serviceKeys, system });
  const partition = await partitionOf({ serviceKey }, tenant, named.subject);
  const code = Array.from({ length: 12 }, () => randomInt(10)).join("");
  const [hmac = ""] = await serviceKey.codes(PLACE_OF_ACTIVATION_CODE, code);
  const activationId = randomId(system);
  const sealed = await serviceKey.seal(
    placeOfActivated(partition, activationId),
    Buffer.from(JSON.stringify(named)),
  );
  const body: Activation = {
    schema: 1,
    tenant,
    route: "self-service",
    showNumber: false,
    account: sealed,
    code: hmac,
    generation: 1,
    issuedAt: timestampOf(now),
    expiresAt: timestampOf(now + ACTIVATION_LIFE["self-service"] * 1000),
    request: "r".repeat(43),
    ...changes,
  };
  const pointer: ActivationCode = { schema: 1, activation: { partition, id: activationId }, generation: 1 };
  const { activations } = adapters;
  await activations.commit(partition, [{ kind: "create", id: ids.activation(activationId), body }]);
  await activations.commit(hmac, [{ kind: "create", id: ids.activationCode, body: pointer }]);
  return { code, partition, activationId };
}
