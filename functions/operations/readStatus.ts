import * as z from "zod";
import { closedPrefixes } from "../../shared/acts/closedTexts.ts";
import { textsInHour } from "../../shared/acts/counts.ts";
import { forRole } from "../../shared/http/endpoint.ts";
import { readRewrap } from "../../shared/operations/rewrap.ts";
import { sweepState } from "../../shared/operations/sweep.ts";
import { timestamp, timestampOf } from "../../shared/words.ts";

const count = z.int().nonnegative();

/** GET operations/status: numbers and times, nothing of an owner [I5]. */
export const readOperations = forRole(
  { caller: "operator", role: "Operations.Read" },
  {
    name: "operations-status",
    method: "GET",
    route: "operations/status",
    summary: "Tells how keys, re-wrapping, sweeps and text messages stand: numbers, nothing of an owner.",
    answers: {
      200: z.strictObject({
        time: timestamp,
        keys: z.strictObject({
          /** The versions that new keys are wrapped under: full ids, one a vault. */
          current: z.array(z.string()),
          /** By its name, how many items are under an older version or service key: of the first 1,000 of them. */
          older: z.record(z.string(), count),
          /** The versions that the entries of SERVICE_KEY name. */
          serviceKey: z.array(z.string()),
        }),
        rewrap: z.strictObject({
          state: z.enum(["idle", "running"]),
          /** Keys and sealed values that were moved since what is current was first found. */
          moved: count,
          /** Items that are still under another key; estimated above 1,000. */
          left: count,
          /** Items that the last batch could not move. */
          failed: count,
          /** When the last batch was; left out before the first. */
          at: timestamp.optional(),
          /** Whether no item names an older version or service key any more, and no instance wraps under one. */
          settled: z.boolean(),
        }),
        sweep: z.strictObject({
          /** When the last one was; left out before the first. */
          at: timestamp.optional(),
          /** Seconds since then. */
          age: z.int().optional(),
          /** Notices that are due; 1,000 stand for as many or more. */
          due: count,
          oldestDue: timestamp.optional(),
          /** Notices that were given up; 1,000 stand for as many or more. */
          dead: count,
        }),
        texts: z.strictObject({
          /** Prefixes that an operator has closed. */
          closed: z.array(z.string()),
          /** Texts that were counted in this hour, and at most how many there may be. */
          codesThisHour: count,
          noticesThisHour: count,
          caps: z.strictObject({ codes: count, notices: count }),
        }),
      }),
    },
    problems: ["keys-unavailable", "key-unusable"],
  },
  async ({ services, now }) => {
    const { activations, config, serviceKey } = services;
    const [{ current, older, ...rewrap }, sweep, closed, codesThisHour, noticesThisHour] = await Promise.all([
      readRewrap(services),
      sweepState(services, now),
      closedPrefixes(activations),
      textsInHour(services, "codes", now),
      textsInHour(services, "notices", now),
    ]);
    const { textsPerHour, noticeTextsPerHour } = config.notify;
    return {
      status: 200,
      body: {
        time: timestampOf(now),
        keys: { current, older, serviceKey: serviceKey.wrappedBy },
        rewrap,
        sweep,
        texts: {
          closed,
          codesThisHour,
          noticesThisHour,
          caps: { codes: textsPerHour, notices: noticeTextsPerHour },
        },
      },
    };
  },
);
