import { base64url } from "jose";
import { type AnyAccount, type Contents, isKnown } from "../protocol/accounts.ts";
import { accountReferences } from "../protocol/manifest.ts";
import type { HeldAccount, PhoneState } from "./state.ts";

/** The accounts as a phone that has them keeps their names: by reference, to say later which is in the way. */
export function heldAccounts({ accounts }: Contents, owner: PhoneState["owner"]): PhoneState["accounts"] {
  if (!owner) return [];
  const salt = base64url.decode(owner.referenceSalt);
  return accountReferences(salt, accounts).map((ref, at) => {
    const account = accounts[at];
    if (!account || !isKnown(account)) return { ref, issuer: "", userName: "" };
    const { issuer, userName } = account;
    const push = pushOf(account);
    return { ref, issuer, userName, ...(push && { push }) };
  });
}

function pushOf(account: AnyAccount): HeldAccount["push"] {
  if (!isKnown(account) || !account.push) return undefined;
  if (account.kind === "personal") {
    const { kind, authority, subject } = account;
    return { kind, authority, subject };
  }
  const { kind, tenant, subject } = account;
  return { kind, tenant, subject };
}
