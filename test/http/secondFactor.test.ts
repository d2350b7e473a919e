import { expect, it } from "vitest";
import { expectOk, phoneOf, problemOf, registeredPhone, startService } from "../support/service.ts";

it.each([[["otp"]], [["sms"]], [["fpt"]], [["hwk", "otp"]], [["pwd", "pin"]], [["pwd", "rba"]]])(
  "%j is one factor, and not taken for two where an owner has once shown two [D7]",
  async (amr) => {
    const service = await startService();
    await registeredPhone(service);
    const thiefs = await phoneOf(service);
    await thiefs.signIn({ secondFactor: false }, { amr } as object);
    const refused = await thiefs.register();
    expect(problemOf(refused)).toMatchObject({ code: "step-up-required", missing: ["second-factor"] });
    expect(refused.headers.get("WWW-Authenticate")).toContain('error="insufficient_user_authentication"');
  },
);

it.each([[["pwd", "otp"]], [["pin", "hwk"]], [["face", "swk"]], [["mfa"]]])(
  "%j is taken for two factors [D7]",
  async (amr) => {
    const service = await startService();
    await registeredPhone(service);
    const next = await phoneOf(service);
    await next.signIn({ secondFactor: false }, { amr } as object);
    expectOk(await next.register());
  },
);
