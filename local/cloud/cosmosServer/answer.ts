/** What the server says to one request. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused as a whole. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.answer = { status, body: { code: String(status), message }, headers };
  }
}

export function charge(units: number): Record<string, string> {
  return { "x-ms-request-charge": String(Math.round(units * 100) / 100) };
}
