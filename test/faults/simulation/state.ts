import type { Challenge } from "../../../shared/model/challenge.ts";
import type { Contact } from "../../../shared/model/contact.ts";
import type { Credential } from "../../../shared/model/credential.ts";
import type { Envelope } from "../../../shared/model/envelope.ts";
import type { Notice } from "../../../shared/model/notice.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import type { SpentProofs } from "../../../shared/model/spent.ts";

/** What is stored for a time. */
export interface Kept<Item> {
  readonly item: Item;
  /** When it is gone, in milliseconds since the epoch. */
  readonly until: number;
}

/** What an owner has between two commits. */
export interface State {
  /** Undefined until the first phone is registered; without what is said of spent proofs. */
  readonly owner: Owner | undefined;
  readonly spent: SpentProofs | undefined;
  /** By number. */
  readonly envelopes: ReadonlyMap<number, Envelope>;
  /** By id. */
  readonly recoveries: ReadonlyMap<string, Kept<Recovery>>;
  /** What each idempotency key led to. */
  readonly outcomes: ReadonlyMap<string, Kept<Readonly<Record<string, unknown>>>>;
  /** By id, with the address that was asked for. */
  readonly contacts: ReadonlyMap<string, { readonly item: Contact; readonly address: string | undefined }>;
  /** By id. */
  readonly notices: ReadonlyMap<string, Kept<Notice>>;
  /** By id. */
  readonly challenges: ReadonlyMap<string, Kept<Challenge>>;
  /** By `{deviceId}:{ref}`. */
  readonly credentials: ReadonlyMap<string, Credential>;
}

export const NOTHING: State = {
  owner: undefined,
  spent: undefined,
  envelopes: new Map(),
  recoveries: new Map(),
  outcomes: new Map(),
  contacts: new Map(),
  notices: new Map(),
  challenges: new Map(),
  credentials: new Map(),
};
