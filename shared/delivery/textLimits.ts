/** A text of a notice that is about to be sent. */
export interface CountedText {
  /** The owner's. */
  readonly partition: string;
  readonly noticeId: string;
  /** The contact's id. */
  readonly target: string;
  /** The same with each attempt. */
  readonly messageId: string;
  /** In E.164. */
  readonly number: string;
  /** Whether nothing can be told of its owner later. */
  readonly isLast: boolean;
}

export type Counted =
  /** @member takeBack for a text that was surely not sent */
  | { readonly turn: "sends"; readonly takeBack: () => Promise<void> }
  /** @member until milliseconds since the epoch @member isCapped whether all owners together have used up their texts */
  | { readonly turn: "waits"; readonly until: number; readonly isCapped: boolean }
  /** A text that waits for the same number tells of it as well. */
  | { readonly turn: "folded" }
  /** Texts don't go to this number. */
  | { readonly turn: "refused" };

/** What notices may cost in texts. */
export interface TextLimits {
  /** Counts a text before it is sent: a crash counts one too many, never too few. */
  count(text: CountedText): Promise<Counted>;
}
