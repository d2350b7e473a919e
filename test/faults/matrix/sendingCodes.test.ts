import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CodeSent } from "../../../local/phone/acts/contacts.ts";
import type { Result } from "../../../local/phone/acts/problem.ts";
import { MOST_SENDS } from "../../../shared/contact/sends.ts";
import { contact, owner as ownerKind } from "../../../shared/store/items.ts";
import { parseItem } from "../../../shared/store/schema.ts";
import { expectOk } from "../../support/service.ts";
import { newAddress } from "./contactScenarios.ts";
import { casesOf, createHarness, type Harness, noAnswer, titleOf } from "./harness.ts";
import type { StagePhone } from "./stage.ts";
import { type Stage, trusted, withVersions } from "./stage.ts";

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(() => harness.close());

/** A phone repeats a request that was not answered, or not for good, so often at most. */
const REPEATS = 4;

interface Sending {
  readonly address: string;
  readonly phone: StagePhone;
  readonly send: () => Promise<Result<CodeSent>>;
}

const ways: Readonly<Record<string, (stage: Stage) => Promise<Sending>>> = {
  "with a contact that is added": async (stage) => {
    const phone = await withVersions(stage, 1);
    await trusted(stage);
    const address = newAddress();
    return { address, phone, send: () => phone.addContact("email", address) };
  },
  "again to a contact": async (stage) => {
    const phone = await withVersions(stage, 1);
    const address = newAddress();
    const added = await phone.addContact("email", address);
    expectOk(added);
    stage.wait(60);
    return { address, phone, send: () => phone.sendContactCode(added.body.contactId) };
  },
};

describe.each(Object.keys(ways))("a code that is sent %s", (way) => {
  async function prepare() {
    let made: Sending | undefined;
    const { partition } = await harness.prepare(async (stage) => {
      made = await ways[way]?.(stage);
      return async () => expect.fail("not called");
    });
    return { partition, ...(made ?? expect.fail("there is no such way")) };
  }

  it("is counted for each that went out, and the newest that came confirms its contact, whatever fails [G2] [E14]", async () => {
    const first = await prepare();
    harness.watch();
    expectOk(await first.send());
    const calls = harness.calls().filter(({ notices }) => !notices);
    expect(calls.map(({ port, operation }) => `${port}.${operation}`)).toEqual(
      expect.arrayContaining(["activations.read", "store.commit", "activations.commit", "notify.mail"]),
    );
    for (const planned of casesOf(calls)) {
      await play(await prepare(), planned).catch((cause: unknown) => {
        throw new Error(`${titleOf(planned)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      });
    }
  });
});

async function play(
  { partition, address, phone, send }: Sending & { readonly partition: string },
  planned: Parameters<Harness["watch"]>[0],
): Promise<void> {
  harness.watch(planned);
  let answer = await send().catch(noAnswer);
  harness.watch();
  for (let n = 0; n < REPEATS && !answer?.ok; n++) {
    if (answer) expect(answer).toMatchObject({ problem: { retryable: true } });
    harness.pass(answer?.ok === false ? (answer.retryAfter ?? 1) : 1);
    answer = await send();
    await harness.land();
  }
  expect(answer).toMatchObject({ ok: true });
  if (!answer?.ok) return;

  const items = await harness.stored(partition);
  const contacts = items
    .filter(({ id }) => id.startsWith("contact:"))
    .map((item) => parseItem(contact, item));
  expect(contacts).toHaveLength(1);
  const sent = harness.codesTo(address);
  const count = contacts[0]?.sends?.count ?? 0;
  // One too many, never too few; and no more than one for each time that it was asked for.
  expect(count).toBeGreaterThanOrEqual(sent.length);
  expect(count).toBeLessThanOrEqual(MOST_SENDS);
  const tallies = items
    .filter(({ id }) => id === "owner")
    .flatMap((item) => parseItem(ownerKind, item).tries)
    .filter(({ of }) => of === "contact-sends");
  expect(tallies.every((tally) => tally.count >= sent.length)).toBe(true);

  // A crash after the commit leaves a code that nobody sent: another one can be had.
  if (sent.length === 0 || sent.at(-1) === undefined || !(await confirms())) {
    harness.pass(60);
    expectOk(await phone.sendContactCode(answer.body.contactId));
    expect(await confirms()).toBe(true);
  }

  async function confirms(): Promise<boolean> {
    const code = harness.codesTo(address).at(-1) ?? "000000";
    return answer?.ok === true && (await phone.confirmContact(answer.body.contactId, code)).ok;
  }
}
