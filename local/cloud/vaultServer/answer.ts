/** What a server answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; a string is sent as it is. */
  readonly body?: unknown;
}

/** An error in the service's form. */
export function refuse(status: number, code: string, message: string, innerCode?: string): Answer {
  return {
    status,
    body: { error: { code, message, ...(innerCode && { innererror: { code: innerCode } }) } },
  };
}
