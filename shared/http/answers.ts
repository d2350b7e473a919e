import * as z from "zod";

/** What a problem's code means: to an app, and in a language to its owner. */
export const explanation = z.strictObject({
  code: z.string(),
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
  remedyText: z.string(),
  /** What leads on where the remedy can't be had. */
  otherwise: z.string().optional(),
  otherwiseText: z.string().optional(),
  retryable: z.boolean(),
});
