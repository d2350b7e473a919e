import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import type { AppRole, RoleEndpoint } from "../../shared/http/endpoint.ts";
import type { Case } from "./scene.ts";
import { issued, tokens } from "./tokens.ts";

/** Of scopes and clients, which are a person's app's; and of other kinds of account. */
const OF_PHONES = /scope|client|of Entra's first version|of a personal account|^of /;

/** What no caller shows with success; a key that a token is bound to is asked for by phones alone. */
export const roleTokens: readonly Case[] = tokens
  .filter(([title]) => !OF_PHONES.test(title))
  .map(([title, code, changes]) => [title, code === "proof-invalid" ? "token-invalid" : code, changes]);

const ALL: readonly AppRole[] = [
  "Activations.Issue",
  "Activations.Read",
  "Codes.Verify",
  "Operations.Read",
  "Operations.Act",
];

/** Whoever has not the role, whatever else they have. */
export function othersThan({ access: { caller, role } }: RoleEndpoint): readonly Case[] {
  const all = { roles: [...ALL] };
  const others: readonly Partial<TokenRequest>[] = [
    { kind: "personal" },
    { kind: "work-or-school" },
    { kind: "work-or-school", profile: "entra" },
    { kind: caller === "operator" ? "provider" : "operator", ...all },
  ];
  return [
    ...others.map((request): Case => {
      const { kind, profile = "oidc" } = request;
      return [`of another kind: ${kind}, ${profile}`, `${caller}-required`, issued({}, request)];
    }),
    ["every role but this", "role-required", issued({}, { roles: ALL.filter((each) => each !== role) })],
    ["no role", "role-required", issued({}, { roles: [] })],
    ["the role in other letters", "role-required", issued({}, { roles: [role.toLowerCase()] })],
    ["a longer role", "role-required", issued({}, { roles: [`${role}.All`] })],
  ];
}
