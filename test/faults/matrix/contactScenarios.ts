import { expectOk } from "../../support/service.ts";
import { type Scenario, type Stage, type StagePhone, trusted, withVersions } from "./stage.ts";

/** A new address: what is sent to one is counted over all owners. */
export function newAddress(): string {
  return `owner-${++addresses}@wonderland.example`;
}

let addresses = 0;

/** A phone that has a contact, which is confirmed or not. */
async function withContact(
  stage: Stage,
  state: "unconfirmed" | "confirmed",
): Promise<{ readonly phone: StagePhone; readonly contactId: string; readonly code: string }> {
  const phone = await withVersions(stage, 1);
  await trusted(stage);
  const address = newAddress();
  const added = await phone.addContact("email", address);
  expectOk(added);
  const { contactId } = added.body;
  const code = stage.codesTo(address).at(-1) ?? "";
  if (state === "confirmed") expectOk(await phone.confirmContact(contactId, code));
  return { phone, contactId, code };
}

/** The calls about contacts that send no code: sendingCodes.test.ts has the others. */
export const contactScenarios: Readonly<Record<string, readonly Scenario[]>> = {
  "contacts-confirm": [
    {
      title: "by its code",
      prepare: async (stage) => {
        const { phone, contactId, code } = await withContact(stage, "unconfirmed");
        return () => phone.confirmContact(contactId, code);
      },
    },
  ],
  "contacts-list": [
    {
      title: "a contact that is confirmed",
      prepare: async (stage) => {
        const { phone } = await withContact(stage, "confirmed");
        return () => phone.contacts();
      },
    },
  ],
  "contacts-remove": [
    {
      title: "one that is confirmed",
      prepare: async (stage) => {
        const { phone, contactId } = await withContact(stage, "confirmed");
        return () => phone.removeContact(contactId);
      },
    },
    {
      title: "one that is not",
      prepare: async (stage) => {
        const { phone, contactId } = await withContact(stage, "unconfirmed");
        return () => phone.removeContact(contactId);
      },
    },
  ],
};
