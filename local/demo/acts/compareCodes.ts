import { system } from "../../../shared/system.ts";
import { type Account, type Contents, knownAccounts, type Otp } from "../../phone/protocol/accounts.ts";
import { oneTimeCode } from "../../phone/protocol/oneTimeCode.ts";
import type { Stage } from "../stage.ts";

/** At one instant, both phones show the same codes. */
export function compareCodes({ tell, check }: Stage, old: Contents, recovered: Contents): void {
  tell.act("Both phones show the same codes");
  tell.say("One-time codes (RFC 6238) computed from what is on each phone, at the same instant:");
  const now = system.now();
  const arrived = knownAccounts(recovered);
  const codes = knownAccounts(old).flatMap((account, index) => {
    const here = otpOf(account);
    const there = otpOf(arrived[index]);
    return here ? [{ account, here: oneTimeCode(here, now), there: there && oneTimeCode(there, now) }] : [];
  });
  const thirdParty = codes.filter(({ account }) => account.kind === "third-party");
  tell.table([
    ["ISSUER", "USER NAME", "PIXEL 6", "PIXEL 10"],
    ...thirdParty.map(({ account, here, there }) => [
      account.issuer,
      account.userName,
      here,
      there ?? "none",
    ]),
  ]);
  check.that(
    `the codes of all ${thirdParty.length} third-party accounts are the same`,
    thirdParty.length > 0 && thirdParty.every(({ here, there }) => here === there),
  );
}

function otpOf(account: Account | undefined): Otp | undefined {
  return account && "otp" in account ? account.otp : undefined;
}
