import { app } from "@azure/functions";
import type { Services } from "../shared/acts/services.ts";

/** Registers what a clock begins: a sweep of notices each minute (NCRONTAB, of six fields). */
export function registerTriggers({ delivery }: Pick<Services, "delivery">): void {
  app.timer("notices-sweep", { schedule: "0 * * * * *", handler: () => delivery.sweep() });
}
