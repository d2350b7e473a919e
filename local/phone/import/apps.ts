import * as z from "zod";
import type { Candidate } from "./candidate.ts";

// The exports of other apps that are JSON, in the parts that matter here. What is no account in them, groups, icons and
// notes, is not taken over: a backup holds nothing else.

const name = z.string().nullish();
const member = z.unknown().optional();

/** Aegis: docs/vault.md of its sources, in the clear. */
const aegis = z.object({
  db: z.object({
    entries: z.array(
      z.object({
        type: z.string(),
        name,
        issuer: name,
        info: z.object({ secret: member, algo: member, digits: member, period: member, counter: member }),
      }),
    ),
  }),
});

/** 2FAS, of schema version 1 and later. */
const twoFas = z.object({
  services: z.array(
    z.object({
      name,
      secret: member,
      otp: z
        .object({
          account: name,
          label: name,
          issuer: name,
          tokenType: z.string().nullish(),
          algorithm: member,
          digits: member,
          period: member,
          counter: member,
        })
        .optional(),
    }),
  ),
});

const andOtp = z.array(
  z.object({
    type: z.string(),
    issuer: name,
    label: name,
    secret: member,
    algorithm: member,
    digits: member,
    period: member,
    counter: member,
  }),
);

/** The accounts of an app's export; undefined if it is none of these apps'. */
export function readExport(value: unknown): Candidate[] | undefined {
  return fromAegis(value) ?? fromTwoFas(value) ?? fromAndOtp(value);
}

function fromAegis(value: unknown): Candidate[] | undefined {
  return aegis.safeParse(value).data?.db.entries.map(({ type, name, issuer, info }, at) => {
    const { algo, ...rest } = info;
    return candidate(at, issuer, name, { ...rest, type, algorithm: algo });
  });
}

function fromTwoFas(value: unknown): Candidate[] | undefined {
  return twoFas.safeParse(value).data?.services.map(({ name, secret, otp = {} }, at) => {
    const { account, label, issuer, tokenType, ...rest } = otp;
    return candidate(at, issuer || name, account || label, { ...rest, type: tokenType ?? "totp", secret });
  });
}

function fromAndOtp(value: unknown): Candidate[] | undefined {
  return andOtp
    .safeParse(value)
    .data?.map(({ issuer, label, ...otp }, at) => candidate(at, issuer, label, otp));
}

function candidate(
  at: number,
  issuer: string | null | undefined,
  userName: string | null | undefined,
  { type, ...otp }: Candidate["otp"] & { readonly type: string },
): Candidate {
  return {
    issuer: issuer ?? "",
    userName: userName ?? "",
    otp: { ...otp, type: type.toLowerCase() },
    place: `account ${at + 1}`,
  };
}
