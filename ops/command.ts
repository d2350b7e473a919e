import type { HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import type { Emulated } from "../functions/compose/adapters.ts";
import type { System } from "../shared/system.ts";

export interface Surroundings {
  /** Where the settings are. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly system: System;
  /** Who the operator is, to Azure. */
  readonly openCredential: () => Promise<TokenCredential>;
  /** For the vault's clients; set by tests. */
  readonly clientOptions?: NonNullable<Emulated["clientOptions"]>;
  /** For Azure Resource Manager; set by tests. */
  readonly httpClient?: HttpClient;
  /** For the service's own interface. */
  readonly fetch: typeof globalThis.fetch;
  /** @returns the addresses of a host. Rejects where it has none. */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly readFile: (path: string) => Promise<string>;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Aborted where the operator ends what takes long. */
  readonly signal: AbortSignal;
  /** Whether what is said is read on a terminal, on which a line can be written over. */
  readonly isTerminal: boolean;
  /** Prints what was asked for, and nothing else. */
  readonly print: (text: string) => void;
  /** Prints what is said about it, and what went wrong. */
  readonly printError: (text: string) => void;
  /** Writes without ending the line. */
  readonly writeError: (text: string) => void;
}

/** What the operator can put right, or have put right, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Outcome {
  readonly printed: string;
  readonly said: string;
  /** Where it isn't 0: something was found, or is left to do. */
  readonly status?: 1;
}

export interface Options {
  readonly subscription?: string | undefined;
  readonly group?: string | undefined;
  readonly app?: string | undefined;
  readonly origin?: string | undefined;
  readonly max?: string | undefined;
  readonly force?: boolean | undefined;
}

/** @param operands what stands after the command's name */
export type Command = (
  surroundings: Surroundings,
  operands: readonly string[],
  options: Options,
) => Promise<Outcome>;

/** @throws {UsageError} there are more or fewer of them */
export function operandsOf<const Names extends readonly string[]>(
  operands: readonly string[],
  names: Names,
): { readonly [At in keyof Names]: string } {
  if (operands.length !== names.length) {
    const needed = names.length === 0 ? "no operand" : names.join(" ");
    throw new UsageError(`this command takes ${needed}: see --help`);
  }
  return operands as unknown as { readonly [At in keyof Names]: string };
}
