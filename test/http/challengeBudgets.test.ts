import { describe, expect, it } from "vitest";
import type { Store } from "../../shared/store/port.ts";
import {
  accountKey,
  answer,
  ask,
  begin,
  begun,
  type Challenge,
  type ChallengeStage,
  challengeStage,
  contactOfAccount,
  freshKey,
  ok,
  readChallenge,
  recoveredPhone,
  refOf,
  register,
  signInTo,
  work,
} from "../behaviours/challenges/stage.ts";
import { codeTo, NUMBER } from "../behaviours/contacts/stage.ts";
import { providerOf, tenantApp } from "../behaviours/providers/stage.ts";

interface Calls {
  read: number;
  list: number;
  commit: number;
}

/** What one act asks of both containers. */
interface Cost {
  readonly owners: Calls;
  readonly activations: Calls;
}

const none = (): Calls => ({ read: 0, list: 0, commit: 0 });

/** An owner with a backup, whose service counts the calls at both containers. */
async function countedStage(): Promise<
  ChallengeStage & { counted: <T>(act: () => Promise<T>) => Promise<Cost & { result: T }> }
> {
  const calls = { owners: none(), activations: none() };
  const counting = (store: Store, to: keyof typeof calls): Store => ({
    ...store,
    read: async (...call) => {
      if (call[0] !== "service") calls[to].read++;
      return await store.read(...call);
    },
    list: async (...call) => {
      calls[to].list++;
      return await store.list(...call);
    },
    commit: async (...call) => {
      if (call[0] !== "service") calls[to].commit++;
      return await store.commit(...call);
    },
  });
  const stage = await challengeStage({
    wrap: (adapters) => ({
      ...adapters,
      store: counting(adapters.store, "owners"),
      activations: counting(adapters.activations, "activations"),
    }),
  });
  return {
    ...stage,
    counted: async (act) => {
      Object.assign(calls, { owners: none(), activations: none() });
      const result = await act();
      return { owners: { ...calls.owners }, activations: { ...calls.activations }, result };
    },
  };
}

const cost = (read: number, commit: number, list = 0): Calls => ({ read, list, commit });

describe("what a verification asks of the store", () => {
  it("is, for a personal account: 2 reads and a commit for each proof, 3 for a push, 4 and 2 commits for its answer", async () => {
    const stage = await countedStage();
    await contactOfAccount(stage);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const ref = await refOf(phone, recoveryId, "personal");
    const begins = await stage.counted(() => begin(phone, { ref, recoveryId }));
    expect(begins).toMatchObject({ owners: cost(2, 1), activations: none() });
    const challenge = begins.result.body as unknown as Challenge;
    const { challengeId } = challenge;
    const signsIn = await stage.counted(() => signInTo(stage, phone, challengeId));
    expect(signsIn).toMatchObject({ owners: cost(2, 1), activations: none() });
    const { contacts } = (await readChallenge(phone, challengeId)) as unknown as {
      contacts: { contactId: string }[];
    };
    const body = { contactId: contacts[0]?.contactId };
    // The contact belongs to another account than the backup: its owner is read, too.
    const sends = await stage.counted(() => ask(phone, `/${challengeId}/code/send`, { body }));
    expect(sends).toMatchObject({ owners: cost(4, 1), activations: none() });
    const gives = await stage.counted(() =>
      ask(phone, `/${challengeId}/code`, { body: { code: codeTo(stage) } }),
    );
    expect(gives).toMatchObject({ owners: cost(2, 1), activations: none() });
    const key = accountKey();
    const registers = await stage.counted(() => register(phone, challengeId, key));
    expect(registers).toMatchObject({ owners: cost(3, 1), activations: none() });
    stage.service.advance(30);
    const again = await stage.counted(() => ask(phone, `/${challengeId}/push/send`));
    expect(again).toMatchObject({ owners: cost(3, 1), activations: none() });
    const answers = await stage.counted(() => answer(stage, phone, challenge, key));
    expect(ok(answers.result).state).toBe("verified");
    expect(answers).toMatchObject({ owners: cost(4, 1), activations: cost(0, 1) });
  });

  it("is, for a text, the count of the hour besides", async () => {
    const stage = await countedStage();
    await contactOfAccount(stage, NUMBER);
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId);
    ok(await signInTo(stage, phone, challengeId));
    const { contacts } = (await readChallenge(phone, challengeId)) as unknown as {
      contacts: { contactId: string }[];
    };
    const body = { contactId: contacts[0]?.contactId };
    const sends = await stage.counted(() => ask(phone, `/${challengeId}/code/send`, { body }));
    expect(sends).toMatchObject({ owners: cost(4, 1), activations: cost(1, 1) });
  });

  it("is, for a code of a provider: 4 reads and 2 commits, over both containers", async () => {
    const stage = await countedStage();
    const provider = providerOf(stage.service, tenantApp("4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11"));
    const { phone, recoveryId } = await recoveredPhone(stage);
    const { challengeId } = await begun(phone, recoveryId, "work-or-school");
    const { body: issued } = await provider.issue({
      subject: "3b0f4c2e",
      account: { organization: work.issuer, userName: work.userName },
    });
    const activates = await stage.counted(() =>
      ask(phone, `/${challengeId}/activation`, { body: { code: issued.code } }),
    );
    expect(ok(activates.result).state).toBe("proven");
    expect(activates).toMatchObject({ owners: cost(2, 1), activations: cost(2, 1) });
    const wrong = await stage.counted(() =>
      ask(phone, `/${challengeId}/activation`, { body: { code: "735190846220" } }),
    );
    expect(wrong).toMatchObject({ owners: cost(2, 1), activations: cost(1, 0) });
  });

  it("is, for a repeat that finds it done, what it is to look, and the proof", async () => {
    const stage = await countedStage();
    const { phone, recoveryId } = await recoveredPhone(stage);
    const ref = await refOf(phone, recoveryId, "personal");
    const key = freshKey();
    const { challengeId } = ok(await begin(phone, { ref, recoveryId }, key), 201);
    const reads = await stage.counted(() => ask(phone, `/${challengeId}`, { method: "GET" }));
    expect(reads).toMatchObject({ owners: cost(2, 0), activations: none() });
    ok(await signInTo(stage, phone, challengeId));
    const cancels = await stage.counted(() => ask(phone, `/${challengeId}`, { method: "DELETE" }));
    expect(cancels).toMatchObject({ owners: cost(2, 1), activations: none() });
    const again = await stage.counted(() => ask(phone, `/${challengeId}`, { method: "DELETE" }));
    expect(again).toMatchObject({ owners: cost(2, 1), activations: none() });
  });
});
