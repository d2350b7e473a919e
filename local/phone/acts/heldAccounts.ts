import { base64url } from "jose";
import type { Contents } from "../protocol/accounts.ts";
import { accountReference } from "../protocol/manifest.ts";
import type { PhoneState } from "./state.ts";

/** The accounts as a phone that has them keeps their names: by reference, to say later which is in the way. */
export function heldAccounts({ accounts }: Contents, owner: PhoneState["owner"]): PhoneState["accounts"] {
  if (!owner) return [];
  const salt = base64url.decode(owner.referenceSalt);
  return accounts.map((account) => ({
    ref: accountReference(salt, account),
    issuer: account.issuer,
    userName: account.userName,
  }));
}
