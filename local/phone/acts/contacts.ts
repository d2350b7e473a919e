import * as z from "zod";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

const contactKindSchema = z.enum(["email", "phone"]);
export type ContactKind = z.infer<typeof contactKindSchema>;

const contactSchema = z.looseObject({
  contactId: z.string(),
  kind: contactKindSchema,
  /** What the owner recognizes it by. */
  hint: z.string(),
  state: z.enum(["unconfirmed", "confirmed", "removed"]),
  counts: z.boolean(),
  addedAt: z.iso.datetime(),
  /** The phone that added it. */
  addedBy: z.string(),
  confirmedAt: z.iso.datetime().optional(),
  countsFrom: z.iso.datetime().optional(),
  removed: z.looseObject({ at: z.iso.datetime(), by: z.string(), until: z.iso.datetime() }).optional(),
});
export type Contact = z.infer<typeof contactSchema>;

const codeSentSchema = contactSchema.extend({
  code: z.looseObject({
    expiresAt: z.iso.datetime(),
    sendAgainAt: z.iso.datetime(),
    sendsLeft: z.int(),
  }),
});
export type CodeSent = z.infer<typeof codeSentSchema>;

const contactsSchema = z.looseObject({ contacts: z.array(contactSchema) });
export type Contacts = z.infer<typeof contactsSchema>;

/** Where this phone gets its push notifications. */
export interface PushToken {
  readonly environment: "production" | "sandbox";
  readonly token: string;
  /** One that the service writes in: `en`, `zh-Hant`, `zh-Hans`, `ja`, `sv`. */
  readonly language: string;
}

/** Where else the owner is told of what happens, and how this phone is reached. */
export function contactActs({ platform, send, act, create }: Session) {
  const one = (contactId: string, act = "") => `/v1/contacts/${contactId}${act}`;
  return {
    async addContact(kind: ContactKind, address: string, overrides?: Overrides): Promise<Result<CodeSent>> {
      const request = { method: "POST", path: "/v1/contacts", body: { kind, address } };
      return await create("contact", { ...request, schema: codeSentSchema }, overrides);
    },

    async sendContactCode(contactId: string): Promise<Result<CodeSent>> {
      return readAnswer(await act({ method: "POST", path: one(contactId, "/send") }), codeSentSchema);
    },

    async confirmContact(contactId: string, code: string): Promise<Result<Contact>> {
      const request = { method: "POST", path: one(contactId, "/code"), body: { code } };
      return readAnswer(await act(request), contactSchema);
    },

    async contacts(): Promise<Result<Contacts>> {
      return readAnswer(await send({ method: "GET", path: "/v1/contacts" }), contactsSchema);
    },

    async removeContact(contactId: string): Promise<Result<undefined>> {
      return readAnswer(await act({ method: "DELETE", path: one(contactId) }), z.undefined());
    },

    /** Said at every start of the app: a token changes without notice. */
    async sayPushToken(said: PushToken, overrides?: Overrides): Promise<Result<undefined>> {
      const body = { platform: platform === "ios" ? "apns" : "fcm", ...said };
      const request = { method: "PUT", path: "/v1/devices/me/push", body };
      return readAnswer(await act(request, overrides), z.undefined());
    },
  };
}
