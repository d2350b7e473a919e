import { hash } from "node:crypto";
import { describe, it } from "vitest";
import type { TokenRequest } from "../../local/issuer/tokenRequest.ts";
import type { RoleAccess, RoleEndpoint } from "../../shared/http/endpoint.ts";
import { idempotencyKeys } from "./clients.ts";
import { find, named, ofRoles } from "./endpoints.ts";
import { expectRefusals } from "./refusal.ts";
import { type Case, MARKER, type Scene, startScene } from "./scene.ts";

/** The token of somebody else. */
const issued =
  (request: Partial<TokenRequest>) =>
  async ({ service }: Scene) => ({ token: await service.issuer.sign({ owner: MARKER, ...request }) });

const ROLES: Readonly<Record<RoleAccess["caller"], readonly RoleAccess["role"][]>> = {
  provider: ["Activations.Issue", "Activations.Read", "Codes.Verify"],
  operator: ["Operations.Read", "Operations.Act"],
};

/** Whoever else may hold a token of a configured issuer, or none. */
function strangersOf({ access: { caller, role } }: RoleEndpoint): Case[] {
  const required = `${caller}-required` as const;
  const other = caller === "provider" ? "operator" : "provider";
  const others = ROLES[caller].filter((name) => name !== role);
  return [
    ["no token", "token-missing", { headers: { Authorization: undefined } }],
    ["no token that can be read", "token-invalid", { token: MARKER }],
    ["the owner of a backup", required, async ({ phone }) => ({ token: await phone.signIn() })],
    ["the owner of a backup, whose token names the role", required, issued({ roles: [role] })],
    ["somebody with a work account", required, issued({ kind: "work-or-school" })],
    [
      "somebody with a work account, of Entra",
      required,
      issued({ kind: "work-or-school", profile: "entra", roles: [role] }),
    ],
    [`a caller of kind ${other}`, required, issued({ kind: other, roles: [role] })],
    ...(caller === "provider"
      ? ([
          ["a person at the provider's app", required, issued({ kind: "provider", person: true })],
          [
            "a person at the provider's app, of Entra",
            required,
            issued({ kind: "provider", profile: "entra", person: true }),
          ],
        ] satisfies Case[])
      : []),
    ["a token without a role", "role-required", issued({ kind: caller, roles: [] })],
    ["a token with the other roles", "role-required", issued({ kind: caller, roles: others })],
    ["a role in other letters", "role-required", issued({ kind: caller, roles: [role.toUpperCase()] })],
    [
      "a token that is bound to a key",
      "token-invalid",
      issued({ kind: caller, roles: [role], cnf: hash("sha256", MARKER, "base64url") }),
    ],
    [
      "a token that has expired",
      "token-expired",
      async ({ service }) => ({
        token: await service.issuer.sign(
          { owner: MARKER, kind: caller },
          { exp: Math.floor(service.now() / 1000) - 6 },
        ),
      }),
    ],
  ];
}

describe.each(named(ofRoles))("%s", (name) => {
  it("refuses whoever has not its role", async () => {
    const endpoint = find(name) as RoleEndpoint;
    const keys = endpoint.access.idempotencyKey ? idempotencyKeys : [];
    await expectRefusals(await startScene(endpoint), [...strangersOf(endpoint), ...keys]);
  });
});
