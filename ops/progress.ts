import type { Surroundings } from "./command.ts";

/** What a command that takes long says meanwhile: one line that is written over on a terminal, a line each elsewhere. */
export interface Progress {
  readonly say: (text: string) => void;
  readonly end: () => void;
}

export function startProgress({ isTerminal, writeError, printError }: Surroundings): Progress {
  let isOpen = false;
  return {
    say(text) {
      if (!isTerminal) return printError(text);
      // Back to the start of the line, and clear to its end (ECMA-48 EL).
      writeError(`\r\u001b[K${text}`);
      isOpen = true;
    },
    end() {
      if (isOpen) writeError("\n");
      isOpen = false;
    },
  };
}

/**
 * The time that is left at the pace so far.
 * @param elapsed milliseconds
 */
export function timeLeft(elapsed: number, done: number, left: number): string {
  if (done === 0) return "time left unknown";
  const seconds = Math.ceil((elapsed / done) * (left / 1000));
  if (seconds < 60) return `${seconds} s left`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min left`;
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min left`;
}
