import type { Status, Uploaded } from "../phone/acts/answers.ts";
import type { Contact } from "../phone/acts/contacts.ts";
import type { Opened, RecoverRequest } from "../phone/acts/recovery/recovery.ts";
import type { Contents } from "../phone/protocol/accounts.ts";
import type { Arrival } from "./outbox.ts";
import type { PhoneOfStory } from "./phone.ts";
import type { Stage } from "./stage.ts";

// What several acts of the story have a phone do.

/** The phone uploads. */
export async function upload(
  { accepted }: Stage,
  phone: PhoneOfStory,
  contents: Contents,
  overrides?: Parameters<PhoneOfStory["upload"]>[1],
): Promise<Uploaded> {
  const { body } = await accepted(
    phone.upload(contents, overrides),
    ({ body }) => `stored as version ${body.version}: ${body.accounts} accounts`,
  );
  return body;
}

/** The phone recovers at once: nobody has chosen a waiting time. */
export async function recoverAtOnce(
  { accepted }: Stage,
  phone: PhoneOfStory,
  request?: RecoverRequest,
  brings = ": the envelope, and the key sealed to this phone",
): Promise<Opened> {
  const recovery = await accepted(phone.recover(request), ({ body }) => `version ${body.version}${brings}`);
  if (recovery.contents === undefined) throw new Error("the recovery waits");
  return recovery;
}

interface ContactAdded {
  readonly contact: Contact;
  /** Who got something when it was added: the code, or a notice. */
  readonly whenAdded: readonly string[];
  readonly whenConfirmed: readonly string[];
}

/** The phone adds a mailbox, reads the code there, and confirms it. */
export async function addContact(
  { accepted, outbox }: Stage,
  phone: PhoneOfStory,
  address: string,
): Promise<ContactAdded> {
  const added = await outbox.arriving(async () => {
    const { body } = await accepted(
      phone.addContact("email", address),
      ({ body }) => `a code is sent to ${body.hint}`,
    );
    outbox.name(address, body.hint);
    return body;
  });
  const { contactId, hint } = added.answer;
  const [code = ""] = /\d{6}/.exec(added.arrived.find(({ to }) => to === hint)?.text ?? "") ?? [];
  const confirmed = await outbox.arriving(() =>
    accepted(
      phone.confirmContact(contactId, code),
      ({ body }) => `confirmed: told from now on, counts from ${body.countsFrom?.slice(0, 10)} on`,
    ),
  );
  return {
    contact: confirmed.answer.body,
    whenAdded: reached(added.arrived),
    whenConfirmed: reached(confirmed.arrived),
  };
}

/** Who got something, once for each message. */
export function reached(arrived: readonly Arrival[]): string[] {
  return arrived.map(({ to }) => to);
}

/** The phone asks for the status. */
export async function readStatus({ accepted }: Stage, phone: PhoneOfStory): Promise<Status> {
  return (await accepted(phone.status(), ({ body }) => describe(body))).body;
}

/** "backup is on: version 1, 12 accounts, 3.3 kB encrypted". */
function describe(status: Status): string {
  if (status.state === "off") return "backup is off";
  if (status.state === "deleted") return `backup was turned off, from the ${status.device.name}`;
  const { current, frozen } = status;
  if (!current) return "backup is on, with no version yet";
  const { version, accounts, bytes } = current;
  const until = frozen ? `; frozen until ${frozen.until.slice(0, 10)}` : "";
  return `backup is on: version ${version}, ${accounts} accounts, ${(bytes / 1000).toFixed(1)} kB encrypted${until}`;
}

/** The version that a status says is there. */
export function presentVersion(status: Status) {
  return status.state === "on" ? status.current : undefined;
}
