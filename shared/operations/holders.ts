import { sweepHolders } from "../acts/holders.ts";
import type { Services } from "../acts/services.ts";
import { failureOf } from "../log.ts";
import { timestampOf } from "../words.ts";

/** Pages of one run, of 50 items each: 48,000 items a day, each of which comes up once in 30 days. */
const MOST_PAGES = 40;

/** What a timer begins each hour: looks who still holds an account, until nothing is due. Never rejects. */
export async function sweepHoldersOfHour(
  services: Pick<Services, "store" | "activations" | "system" | "log">,
): Promise<void> {
  const { system, log } = services;
  let kept = 0;
  let gone = 0;
  let failure: string | undefined;
  try {
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await sweepHolders(services);
      kept += page.kept;
      gone += page.gone;
      if (!page.more) break;
    }
  } catch (error) {
    failure = failureOf(error);
  }
  if (kept + gone === 0 && failure === undefined) return;
  log({
    time: timestampOf(system.now()),
    level: failure === undefined ? "info" : "error",
    operation: "holders-sweep",
    kept,
    gone,
    ...(failure !== undefined && { failure }),
  });
}
