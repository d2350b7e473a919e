import { setTimeout } from "node:timers/promises";
import { app } from "@azure/functions";
import type { Services } from "../shared/acts/services.ts";
import { sweepHoldersOfHour } from "../shared/operations/holders.ts";
import { rewrapForAMinute } from "../shared/operations/rewrap.ts";
import { sweep } from "../shared/operations/sweep.ts";

/** Registers what a clock begins (NCRONTAB, of six fields): sweeps of notices, re-wrapping, sweeps of who holds accounts. */
export function registerTriggers(services: Services): void {
  app.timer("notices-sweep", { schedule: "0 * * * * *", handler: async () => void (await sweep(services)) });
  app.timer("keys-rewrap", {
    schedule: "5 * * * * *",
    handler: () => rewrapForAMinute(services, setTimeout),
  });
  app.timer("holders-sweep", { schedule: "40 17 * * * *", handler: () => sweepHoldersOfHour(services) });
}
