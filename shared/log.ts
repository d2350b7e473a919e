/**
 * One line a request. Its members are chosen here, so that none can carry a name, a token, a code or a secret:
 * the route is the template, never the address that was called.
 */
export interface RequestLine {
  readonly time: string;
  readonly level: "info" | "error";
  readonly requestId: string;
  readonly endpoint: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** The problem's code, where the answer is one. */
  readonly code?: string;
  readonly milliseconds: number;
  readonly platform?: string;
  readonly version?: string;
  /** Of an unexpected failure: the error's class and where it was thrown, without its message. */
  readonly failure?: string;
}

export type Log = (line: RequestLine) => void;

/** The class of an error and of its causes, and the stack without the messages, which may repeat input. */
export function failureOf(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause instanceof Error && parts.length < 5; cause = cause.cause) {
    const frames = cause.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
    parts.push([cause.name, ...frames.slice(0, 5).map((frame) => frame.trim())].join(" "));
  }
  return parts.join(" <- ") || typeof error;
}

/** Writes each line as JSON to the standard output, where hosts collect it. */
export const logToConsole: Log = (line) => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
