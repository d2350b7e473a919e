import type { Call, Cost } from "./meter.ts";
import type { NoticeType } from "./model/notice.ts";

/**
 * One line a request. Its members are chosen here, so that none can carry a name, a token, a code or a secret:
 * the route is the template, never the address that was called.
 */
export interface RequestLine extends Cost {
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
  /** The calls that a driver recorded, in their order. */
  readonly calls?: readonly Call[];
  /** Of a failure on our side: the error's class, what to do about it, and where it was thrown. */
  readonly failure?: string;
}

/** The one line of a start that failed. */
interface FailedStartLine {
  readonly time: string;
  readonly level: "error";
  readonly failure: string;
}

/** What became of notices: one line a sweep that had something to do, and one a notice that needs a look. */
export interface NoticeLine extends Cost {
  readonly time: string;
  readonly level: RequestLine["level"];
  readonly operation: "notice-send" | "notices-sweep";
  /** Put off: a sweep tries again. Dead, unreadable: for an alert. */
  readonly code?: "notice-put-off" | "notice-dead" | "notice-unreadable";
  /** What it tells. */
  readonly notice?: NoticeType;
  /** How many notices a sweep sent to all their targets, left for later, gave up, and could not read. */
  readonly sent?: number;
  readonly left?: number;
  readonly dead?: number;
  readonly unreadable?: number;
  /** Seconds for which the earliest that a sweep found had been due. */
  readonly waited?: number;
  readonly milliseconds?: number;
  readonly failure?: string;
}

/** What a batch of re-wrapping came to: one line a batch that had something to do, and one a reason why items could not be moved. */
export interface RewrapLine extends Cost {
  readonly time: string;
  readonly level: RequestLine["level"];
  readonly operation: "rewrap";
  /** Why items could not be moved: the fault of its key, or that it can't be read. */
  readonly code?: string;
  readonly moved?: number;
  readonly left?: number;
  readonly failed?: number;
  readonly milliseconds?: number;
  readonly failure?: string;
}

/** What a sweep of who holds accounts came to: one line a sweep that had something to do. */
export interface HoldersLine {
  readonly time: string;
  readonly level: "info" | "error";
  readonly operation: "holders-sweep";
  /** Items whose phone still holds the account, and items that were taken away. */
  readonly kept: number;
  readonly gone: number;
  readonly failure?: string;
}

type ServiceLine = RequestLine | NoticeLine | RewrapLine | HoldersLine;

export type Log = (line: ServiceLine) => void;

/**
 * An error and its causes for the log: class, code, advice and stack frames. Messages stay out of it: those of
 * libraries may repeat input.
 */
export function failureOf(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause instanceof Error && parts.length < 5; cause = cause.cause) {
    const { name, stack, code, advice }: Error & { code?: unknown; advice?: unknown } = cause;
    const frames = framesOf(stack ?? "", cause.message);
    const known = [name, isCode(code) && code, typeof advice === "string" && advice];
    parts.push([...known.filter(Boolean), ...frames].join(" "));
  }
  return parts.join(" <- ") || typeof error;
}

/** The first frames of a stack; what comes before them, the message, may have lines that look like one. */
function framesOf(stack: string, message: string): string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split("\n");
  return lines.flatMap((line) => /^\s+(at .*)$/.exec(line)?.[1] ?? []).slice(0, 5);
}

/** A status, or a constant such as ECONNRESET or KeyDisabled. */
function isCode(code: unknown): boolean {
  return typeof code === "number" || (typeof code === "string" && /^[A-Za-z0-9_]{1,40}$/.test(code));
}

/**
 * Writes each line as JSON, and what is more than information to the standard error: the Functions host takes the
 * standard output of a worker for information, whatever it says.
 */
export function logToConsole(line: ServiceLine | FailedStartLine): void {
  const { stdout, stderr } = process;
  (line.level === "info" ? stdout : stderr).write(`${JSON.stringify(line)}\n`);
}
