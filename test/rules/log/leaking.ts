import { randomBytes, randomUUID } from "node:crypto";
import { expect } from "vitest";
import { contentKey } from "../../../local/phone/protocol/contentKey.ts";
import { accountReferences } from "../../../local/phone/protocol/manifest.ts";
import { oneTimeCode } from "../../../local/phone/protocol/oneTimeCode.ts";
import { storageCheck } from "../../../local/phone/protocol/storage.ts";
import { currentKey } from "../../../shared/model/owner.ts";
import { readOwner } from "../../../shared/store/read.ts";
import { contents } from "../../support/accounts.ts";
import { lastCodeTo } from "../../support/codes.ts";
import type { Kind } from "../../support/marks.ts";
import { userIdOf } from "../../support/partition.ts";
import {
  backedUpPhone,
  expectOk,
  type ServiceOptions,
  startService,
  type TestPhone,
  type TestService,
} from "../../support/service.ts";

export const storageSecret = new Uint8Array(32).map((_, at) => 100 + at);

/** The service on drivers that fail as they are told, from then on. */
export async function startFaultyService(options: ServiceOptions = {}) {
  const faults: { read?: unknown; unwrap?: unknown } = {};
  const service = await startService({
    ...options,
    wrap: ({ store, kek, ...rest }) => ({
      ...rest,
      store: {
        ...store,
        read: async (...call) => (faults.read ? Promise.reject(faults.read) : store.read(...call)),
      },
      kek: {
        ...kek,
        unwrap: async (...call) => (faults.unwrap ? Promise.reject(faults.unwrap) : kek.unwrap(...call)),
      },
    }),
  });
  return { service, faults };
}

/** A service with a backup, of which a phone has something of every kind; `sent` is the phone's upload. */
export async function startLeakingService() {
  const { service, faults } = await startFaultyService({ leaking: true });
  let sent: RequestInit = {};
  const phone = await backedUpPhone(service, {
    platform: "ios",
    storageSecret,
    name: "Marked phone",
    // Answers are not held against their declarations: here they leak.
    fetch: (input, init = {}) => {
      sent = init;
      return fetch(input, init);
    },
  });
  expectOk(await phone.upload(contents));
  return { service, faults, phone, sent };
}

/** One value of each kind, in one of the ways it can be written. */
export async function valuesOf(
  service: TestService,
  phone: TestPhone,
  { headers, body }: RequestInit,
): Promise<Record<Kind, string>> {
  const userId = userIdOf(phone);
  const { keys, userKey = expect.fail("no user key"), owner } = phone.state();
  const key = Buffer.from(userKey.value, "base64url");
  const salt = owner?.referenceSalt ?? expect.fail("not registered");
  const stored = (await readOwner(service.adapters.store, userId))?.item.backup;
  const handedOut = await phone.key();
  expectOk(handedOut);
  const upload = JSON.parse(String(body));
  const [address, token] = ["alice.liddell@wonderland.example", "0f1e2d3c".repeat(8)];
  const contact = await phone.addContact("email", address);
  expectOk(contact);
  const code = lastCodeTo(service, address);
  expectOk(await phone.confirmContact(contact.body.contactId, code));
  expectOk(await phone.sayPushToken({ environment: "production", token, language: "en" }));
  const [first = expect.fail("no account")] = contents.accounts;
  // Refused, and marked all the same.
  const [activationCode, nonce] = ["483920175566", randomBytes(16).toString("base64url")];
  const body64 = Buffer.from(JSON.stringify({ nonce })).toString("base64url");
  const answer = `${"h".repeat(20)}.${body64}.${"s".repeat(86)}`;
  const challenges = "/v1/challenges";
  await phone.send({
    method: "POST",
    path: challenges,
    body: { code: activationCode },
    headers: { "Idempotency-Key": randomUUID() },
  });
  await phone.send({ method: "POST", path: `${challenges}/${nonce}/push`, body: { answer } });
  const otp = first.push ? expect.fail("no code") : first.otp;
  return {
    "access token": lastPart(new Headers(headers).get("Authorization")),
    "device proof": lastPart(new Headers(headers).get("DPoP")),
    "private key": keys.sealing.d,
    "storage secret": Buffer.from(storageSecret).toString("hex"),
    "storage check": storageCheck(storageSecret, userId),
    "service key": serviceKeyOf(service),
    "user key": JSON.stringify([...key]),
    "wrapped user key": stored?.state === "on" ? currentKey(stored).wrapped.value : expect.fail("off"),
    "sealed user key": lastPart(handedOut.body.key.sealed),
    "content key": Buffer.from(contentKey({ userKey: key, storageSecret, userId, platform: "ios" })).toString(
      "base64url",
    ),
    envelope: upload.envelope.slice(0, 120),
    "reference salt": salt,
    "account name": "alice@fabrikam.example",
    "one-time code secret": otp.secret,
    "one-time code": `the code ${oneTimeCode(otp, service.now())} is wrong`,
    tenant: "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11",
    "subject hash": upload.manifest.accounts[2].subjectHash,
    "owner's name": "alice@signed-in.example",
    "contact address": address,
    "contact code": `the code ${code} is wrong`,
    "activation code": `the code ${activationCode} is wrong`,
    "push answer": lastPart(answer),
    "push nonce": nonce,
    "push token": token,
    "account reference": accountReferences(Buffer.from(salt, "base64url"), [first])[0] ?? "",
    "phone name": "Marked phone",
  };
}

const lastPart = (compact: string | null) => compact?.split(".").at(-1) ?? expect.fail("nothing was sent");

/** As its mark has it: nobody but the service holds it. */
function serviceKeyOf({ marks }: TestService): string {
  const [form] = marks.all().find(({ kind }) => kind === "service key")?.forms ?? [];
  return form ?? expect.fail("the service key was never unwrapped");
}
