import { renderUnicodeCompact } from "uqr";
import { describe, expect, it } from "vitest";
import { HELP } from "../../../local/provider/help.ts";
import { run } from "../../../local/provider/run.ts";
import { SAMPLE } from "../../../local/provider/sample.ts";
import { partitionOf } from "../../../shared/acts/activations.ts";
import {
  accountKey,
  claimed,
  codeAt,
  goesOn,
  holds,
  placeIn,
  pushed,
  serviceKeyOf,
} from "../../behaviours/providers/stage.ts";
import { registeredPhone, startService, type TestService } from "../../support/service.ts";

/** The command line over a service; `while` says what happens between two questions of `watch`. */
function commandLine(service: Pick<TestService, "origin">, happens: readonly (() => Promise<void>)[] = []) {
  const left = [...happens];
  return async (...args: string[]) => {
    const printed: string[] = [];
    const errors: string[] = [];
    const status = await run([...args, "--origin", service.origin], {
      fetch: globalThis.fetch,
      wait: async () => await (left.shift() ?? expect.fail("waits for nothing"))(),
      print: (text) => printed.push(text),
      printError: (text) => errors.push(text),
    });
    return { status, printed, text: printed.join("\n"), errors: errors.join("\n") };
  };
}

const activationIn = (text: string) => /watch (\S+)/.exec(text)?.[1] ?? expect.fail("no id");

describe("npm run provider --", () => {
  it("issue shows the code, and as a QR code what the service said [E5] [E7]", async () => {
    const command = commandLine(await startService());
    const { status, text } = await command("issue");
    expect(status).toBe(0);
    const code = /type in {3}(\d{3} \d{3} \d{3} \d{3})/.exec(text)?.[1]?.replaceAll(" ", "");
    const { origin } = new URL((await command("issue", "--json")).text.match(/http[^"]+/)?.[0] ?? "");
    expect(text).toContain(renderUnicodeCompact(`${origin}/activate#1.${code}`, { border: 2 }));
  });

  it("issue with a key that was used gives another code for the same activation", async () => {
    const command = commandLine(await startService());
    const issue = async () =>
      JSON.parse((await command("issue", "--json", "--key", "one-and-the-same-key")).text);
    const [first, second] = [await issue(), await issue()];
    expect(second.activationId).toBe(first.activationId);
    expect(second.code).not.toBe(first.code);
  });

  it("issue --watch follows the activation to the account's key, and shows the number [E13]", async () => {
    const service = await startService();
    const phone = await registeredPhone(service);
    let activationId = "";
    let challengeId = "";
    const credential = { id: "A".repeat(22), publicKey: accountKey() };
    const happens = [
      async () => {
        const made = await claimed(service, phone, activationId);
        challengeId = made.challengeId;
      },
      async () => await goesOn(service, phone, challengeId, { push: pushed(service) }),
      // Nothing new: nothing is printed.
      async () => {},
      async () => await goesOn(service, phone, challengeId, { ended: "verified", credential }),
    ];
    const command = commandLine(service, happens);
    activationId = activationIn((await command("issue")).text);
    const { status, printed } = await command("watch", activationId);
    expect(status).toBe(0);
    expect(printed).toHaveLength(4);
    expect(printed[0]).toContain("no phone has used");
    expect(printed[1]).toContain("a phone has used");
    expect(printed[2]).toContain("Type into the phone:   47");
    expect(printed[3]).toContain(credential.publicKey.x);
    expect(printed[3]).toContain(`credentials ${placeIn(activationId).partition}.${credential.id}`);
  });

  it("cancel ends one, and watch says so and fails", async () => {
    const command = commandLine(await startService());
    const activationId = activationIn((await command("issue", "--administrator")).text);
    expect(await command("cancel", activationId)).toMatchObject({ status: 0, text: "Cancelled." });
    expect(await command("watch", activationId)).toMatchObject({ status: 1, text: "Cancelled." });
  });

  it("credentials tells whether a key counts, and revokes it [D12]", async () => {
    const service = await startService();
    const command = commandLine(service);
    const activationId = activationIn((await command("issue")).text);
    const { credentialId } = await holds(
      service,
      await registeredPhone(service),
      placeIn(activationId).partition,
      { tenant: SAMPLE.tenant },
    );
    expect((await command("credentials", credentialId)).text).toBe("The account's key counts.");
    expect((await command("credentials", credentialId, "--revoke")).status).toBe(0);
    expect((await command("credentials", credentialId)).text).toBe("The account's key no longer counts.");
  });

  it("verify-code says whether a code is valid, once [D10]", async () => {
    const service = await startService();
    const serviceKey = serviceKeyOf(service);
    const partition = await partitionOf({ serviceKey }, SAMPLE.issuer, "alice-contoso");
    const otp = Buffer.alloc(32, 5);
    await holds(service, await registeredPhone(service), partition, { otp, tenant: null });
    const command = commandLine(service);
    const code = codeAt(otp, service.now());
    const verify = () => command("verify-code", "alice-contoso", code);
    expect(await verify()).toMatchObject({ status: 0, text: "The code is valid; it won't be again." });
    expect(await verify()).toMatchObject({ status: 1, text: "The code is not valid." });
  });

  it.each([
    [["isue"], "there is no command isue: see --help"],
    [["watch"], "watch takes the activation's ID after it"],
    [["issue", "--tennant", "x"], "Unknown option '--tennant'"],
    [["issue", "--tenant", "Contoso"], "no token for the organization Contoso: is it a GUID?"],
    [["watch", `-${"A".repeat(42)}.${"B".repeat(22)}`], "There is no such activation"],
    [["credentials", "no-id"], "The address is not of the right form"],
  ])("%j fails, and says why in a line", async (args, message) => {
    const command = commandLine(await startService());
    const { status, errors, text } = await command(...args);
    expect([status, text]).toEqual([1, ""]);
    expect(errors).toContain(message);
  });

  it("says so where no service answers", async () => {
    const { status, errors } = await commandLine({ origin: "http://127.0.0.1:9" })("issue");
    expect(status).toBe(1);
    expect(errors).toContain("Is it running (npm start)");
  });

  it("explains itself", async () => {
    const command = commandLine({ origin: "http://127.0.0.1:9" });
    for (const args of [["--help"], ["issue", "--help"], []]) {
      expect(await command(...args)).toMatchObject({ status: 0, text: HELP });
    }
  });
});
