import type { ProblemCode, Remedy } from "./catalogue.ts";

/**
 * All that an owner reads, in one language. Numbers, times and names are members of the problem and never part of
 * a text: only the app knows how to format them.
 */
export interface Texts {
  /** What happened, and what to do about it. */
  readonly problems: Readonly<Record<ProblemCode, { readonly title: string; readonly detail: string }>>;
  /** What the app may write at the button, or beside it. */
  readonly remedies: Readonly<Record<Remedy, string>>;
}
