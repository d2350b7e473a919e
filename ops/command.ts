import type { TokenCredential } from "@azure/identity";
import type { Emulated } from "../functions/compose/adapters.ts";
import type { System } from "../shared/system.ts";

export interface Surroundings {
  /** Where the settings are. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly system: System;
  /** Who the operator is, to the vault. */
  readonly openCredential: () => Promise<TokenCredential>;
  /** For the vault's clients; set by tests. */
  readonly clientOptions?: NonNullable<Emulated["clientOptions"]>;
  /** Prints what was asked for, and nothing else. */
  readonly print: (text: string) => void;
  /** Prints what is said about it, and what went wrong. */
  readonly printError: (text: string) => void;
}

/** What the operator can put right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Outcome {
  readonly printed: string;
  readonly said: string;
}

export type Command = (surroundings: Surroundings) => Promise<Outcome>;
