import { base64url } from "jose";
import { type Contents, isKnown } from "../protocol/accounts.ts";
import { accountReferences } from "../protocol/manifest.ts";
import type { PhoneState } from "./state.ts";

/** The accounts as a phone that has them keeps their names: by reference, to say later which is in the way. */
export function heldAccounts({ accounts }: Contents, owner: PhoneState["owner"]): PhoneState["accounts"] {
  if (!owner) return [];
  const salt = base64url.decode(owner.referenceSalt);
  return accountReferences(salt, accounts).map((ref, at) => {
    const account = accounts[at];
    const { issuer, userName } = account && isKnown(account) ? account : { issuer: "", userName: "" };
    return { ref, issuer, userName };
  });
}
