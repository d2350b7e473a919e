import { expect } from "vitest";
import type { CodeSent, Contact } from "../../../local/phone/acts/contacts.ts";
import type { Sent } from "../../../shared/notify/port.ts";
import { contents } from "../../support/accounts.ts";
import { fakeNotify, type Message } from "../../support/notify.ts";
import {
  backedUpPhone,
  expectOk,
  type PhoneSetup,
  type ServiceOptions,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";

export const ADDRESS = "alice.liddell@wonderland.example";
export const NUMBER = "+46701740605";

/** Seconds after which another code may be sent. */
export const APART = 60;

interface Setup extends ServiceOptions {
  readonly phone?: PhoneSetup;
  /** What the platforms answer, in their place. */
  readonly answer?: (message: Message) => Sent | Promise<Sent>;
}

export interface ContactStage {
  readonly service: TestService;
  /** It made the backup, and is trusted. */
  readonly phone: TestPhone;
  /** What the platforms took, in order. */
  readonly taken: readonly Message[];
}

/** An owner with a backup, whose contacts are in Sweden or the United States. */
export async function contactStage({ phone = {}, answer, ...options }: Setup = {}): Promise<ContactStage> {
  const platforms = fakeNotify(answer);
  const { wrap = (adapters) => adapters } = options;
  const service = await startService({
    ...options,
    settings: { TEXT_PREFIXES: "+46,+1", ...options.settings },
    wrap: (adapters) => wrap({ ...adapters, notify: platforms.notify }),
  });
  const owner = await backedUpPhone(service, phone);
  expectOk(await owner.upload(contents));
  return { service, phone: owner, taken: platforms.taken };
}

/** The codes that were sent to an address, in order. */
export function codesTo({ taken }: Pick<ContactStage, "taken">, address = ADDRESS): string[] {
  return taken.filter(({ to }) => to === address).flatMap(({ content }) => codeIn(content) ?? []);
}

function codeIn(content: string): string | undefined {
  return JSON.parse(content).content?.code;
}

/** The code that was sent last. */
export function codeTo(stage: Pick<ContactStage, "taken">, address = ADDRESS): string {
  return codesTo(stage, address).at(-1) ?? expect.fail(`no code was sent to ${address}`);
}

/** A code that was not sent. */
export function wrongCode(stage: Pick<ContactStage, "taken">, address = ADDRESS): string {
  const sent = codesTo(stage, address);
  return ["000000", "111111", "222222", "333333"].find((code) => !sent.includes(code)) ?? "444444";
}

export async function added(
  phone: TestPhone,
  address = ADDRESS,
  kind: "email" | "phone" = address.startsWith("+") ? "phone" : "email",
): Promise<CodeSent> {
  const result = await phone.addContact(kind, address);
  expectOk(result);
  return result.body;
}

/** A contact whose code was given. */
export async function confirmed(
  stage: Pick<ContactStage, "taken">,
  phone: TestPhone,
  address = ADDRESS,
): Promise<Contact> {
  const { contactId } = await added(phone, address);
  const result = await phone.confirmContact(contactId, codeTo(stage, address));
  expectOk(result);
  return result.body;
}

export async function contactsOf(phone: TestPhone): Promise<readonly Contact[]> {
  const result = await phone.contacts();
  expectOk(result);
  return result.body.contacts;
}

/** The contact with that hint's address; fails if it is not listed. */
export async function contactOf(phone: TestPhone, contactId: string): Promise<Contact> {
  const found = (await contactsOf(phone)).find((contact) => contact.contactId === contactId);
  return found ?? expect.fail("the contact is not listed");
}

/** To whom the notices of that type went. */
export function toldOf({ taken }: Pick<ContactStage, "taken">, from = 0): string[] {
  return taken
    .slice(from)
    .filter(({ content }) => codeIn(content) === undefined)
    .map(({ to }) => to);
}
