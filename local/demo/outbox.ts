import type { OutboxEntry } from "../embedded/outbox.ts";
import { shownOf } from "../phone/cli/notices.ts";
import { type ChallengePush, challengesOf } from "../phone/cli/pushes.ts";
import type { Teller } from "./tell.ts";

/** A message where it has arrived. */
export interface Arrival {
  readonly by: OutboxEntry["channel"];
  /** The phone's name, or the contact's hint. */
  readonly to: string;
  /** What a mail says; of a push, whether it is a notice or asks for an answer, and which: it holds nothing else. */
  readonly text: string;
  /** Of a push that asks for an answer. */
  readonly challenge?: ChallengePush;
}

export type Outbox = ReturnType<typeof createOutbox>;

/** What phones and contacts of the story get. @param read everything that was sent, newest first */
export function createOutbox({
  read,
  tell,
}: {
  readonly read: () => readonly OutboxEntry[];
  readonly tell: Teller;
}) {
  const names = new Map<string, string>();
  const said = new Set<string>();

  /** @param same arrivals of one text */
  function show([first, ...others]: readonly Arrival[]): void {
    if (!first) return;
    const { by, text } = first;
    const to = [first, ...others].map((arrival) => arrival.to).join(", ");
    tell.arrival(by, to, said.has(text) ? beginningOf(text) : text);
    if (by !== "push" && tell.isTold()) said.add(text);
  }

  return {
    /** From now on what goes to this token or address is told by this name. */
    name: (to: string, name: string) => void names.set(to, name),

    /**
     * Tells what arrives while `act` runs: the service sends before it answers. What says the same again is told by
     * its beginning. `arrived` has the phones first, then the contacts, each in the order of naming.
     */
    async arriving<T>(
      act: () => Promise<T>,
    ): Promise<{ readonly answer: T; readonly arrived: readonly Arrival[] }> {
      const before = read().length;
      const answer = await act();
      const sent = read();
      const order = [...names.values()];
      const arrived = sent
        .slice(0, sent.length - before)
        .map((entry) => ({
          by: entry.channel,
          to: names.get(entry.to) ?? "somebody else",
          ...saidBy(entry),
        }))
        .toSorted((a, b) => placeOf(a, order) - placeOf(b, order));
      for (const same of Map.groupBy(arrived, ({ text }) => text).values()) show(same);
      return { answer, arrived };
    },
  };
}

/** Targets are sent to in parallel: which of them was first is luck. */
function placeOf({ by, to }: Arrival, order: readonly string[]): number {
  return order.indexOf(to) + (by === "push" ? 0 : order.length);
}

function beginningOf(text: string): string {
  return `${text.split(" ", 5).join(" ")} …"`;
}

function saidBy(entry: OutboxEntry): Pick<Arrival, "text" | "challenge"> {
  if (entry.channel !== "push") return { text: `"${entry.text}"` };
  const messages = [{ at: entry.at, body: entry.body }];
  const [challenge] = challengesOf(messages);
  if (challenge) {
    return { text: `challenge ${challenge.challengeId}, nonce ${challenge.nonce}`, challenge };
  }
  const [notice] = shownOf(messages);
  return { text: notice ? `notice ${notice.noticeId}` : "no notice" };
}
