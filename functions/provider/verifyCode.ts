import * as z from "zod";
import { verifyCode } from "../../shared/acts/providerCodes.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { validAnswer } from "../../shared/provider/answers.ts";
import { tenantOf } from "../../shared/provider/caller.ts";
import { explain } from "../../shared/provider/explain.ts";
import { authorityFor } from "../../shared/provider/issuer.ts";
import { readOneTimeCode } from "../../shared/provider/oneTimeCode.ts";

/**
 * POST provider/codes/verify: whether a one-time code is that of any of a personal account's phones [D10], for whoever
 * issues the account, after its own first factor.
 */
export const verifyProviderCode = forRole(
  { caller: "provider", role: "Codes.Verify" },
  {
    name: "provider-codes-verify",
    method: "POST",
    route: "provider/codes/verify",
    summary:
      "Says whether a one-time code is that of one of a personal account's phones; each is valid once.",
    body: z.strictObject({
      /** The `iss` of the account's sign-ins. */
      issuer: z.string().min(1).max(512),
      /** Who it is there: `oid` at Microsoft Entra, else `sub`. */
      subject: z.string().min(1).max(256),
      code: z
        .string()
        .max(32)
        .transform((text, { addIssue }) => {
          const code = readOneTimeCode(text);
          if (code !== undefined) return code;
          addIssue("8 digits");
          return z.NEVER;
        }),
    }),
    answers: { 200: validAnswer },
    problems: ["issuer-refused", "codes-locked", "codes-closed", "busy", "keys-unavailable", "key-unusable"],
  },
  async ({ services, identity, body: { issuer, subject, code }, now }) => {
    const authority = authorityFor(services.config.issuers, issuer, tenantOf(identity));
    if (authority === undefined) throw explain({ reason: "issuer-refused" });
    return { status: 200, body: { valid: await verifyCode(services, { authority, subject }, code, now) } };
  },
);
