import type { MessageSend, Notify, PushSend, Sent } from "../../shared/notify/port.ts";

/** A message as the platform gets it. */
export interface Message {
  readonly channel: "push" | "mail" | "text";
  /** UUID. */
  readonly id: string;
  /** A token, an address or a number. */
  readonly to: string;
  /** All that it says: JSON. */
  readonly content: string;
  /** How long the call may take, in milliseconds. */
  readonly timeLimit: number;
}

interface FakeNotify {
  readonly notify: Notify;
  /** What the platforms took, in order. */
  readonly taken: Message[];
}

/** Platforms that take everything, unless `answer` says otherwise of a message. */
export function fakeNotify(answer: (message: Message) => Sent | Promise<Sent> = () => SENT): FakeNotify {
  const taken: Message[] = [];
  async function take(message: Message): Promise<Sent> {
    const sent = await answer(message);
    if (sent.outcome === "sent") taken.push(message);
    return sent;
  }
  const message = (channel: "mail" | "text") => (send: MessageSend) => {
    const { id, timeLimit, to, ...content } = send;
    return take({ channel, id, timeLimit, to, content: JSON.stringify(content) });
  };
  return {
    taken,
    notify: {
      push: ({ id, timeLimit, target, content }: PushSend) =>
        take({ channel: "push", id, timeLimit, to: target.token, content: JSON.stringify(content) }),
      mail: message("mail"),
      text: message("text"),
    },
  };
}

const SENT: Sent = { outcome: "sent" };
