import type { TestService } from "./service.ts";

/** The code that was last sent to an address. */
export function lastCodeTo({ sent }: Pick<TestService, "sent">, address: string): string {
  const codes = sent().flatMap((message) =>
    message.channel !== "push" && message.to === address ? (/\b\d{6}\b/.exec(message.text) ?? []) : [],
  );
  const code = codes.at(-1);
  if (code === undefined) throw new Error(`no code was sent to ${address}`);
  return code;
}
