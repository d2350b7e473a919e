/**
 * What was acknowledged survives the end of the process, at whatever moment it comes: phones use the service in a
 * process of its own; it is killed (SIGKILL) and started again; then what is there is compared with what was promised,
 * in the database as the kill left it, and through HTTP.
 *
 *     DURABILITY_KILLS=500 DURABILITY_SEED=7 npx vitest run test/durability
 *
 * DURABILITY_KILLS: how often it is killed; 30 when left out. DURABILITY_SEED: an integer that decides all that
 * the test chooses; when left out, a different one each time, and the test names it. The same seed makes the same
 * choices, not the same run: when a kill comes also depends on the machine.
 *
 * A kill ends the process, not the machine: what it wrote without flushing it to the disk is still there. So this says
 * nothing about a power cut, nor whether SQLite flushes at each commit (`synchronous` FULL).
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort } from "../../local/host/freePort.ts";
import { temporaryFolder } from "../support/folder.ts";
import { bundleService, startProcess } from "./process.ts";
import { seeded } from "./random.ts";
import { createSite, killAgainAndAgain } from "./site.ts";

const KILLS = Number(process.env.DURABILITY_KILLS ?? 30);
const SEED = Number(process.env.DURABILITY_SEED ?? randomInt(2 ** 31));

/** Services side by side, each with its folder: most of the time goes into starting them. */
const SITES = 2;

it("keeps what it acknowledged, whenever it is killed", { timeout: 30_000 + KILLS * 5_000 }, async ({
  annotate,
}) => {
  expect(KILLS, "DURABILITY_KILLS").toSatisfy((kills) => Number.isInteger(kills) && kills >= SITES);
  expect(SEED, "DURABILITY_SEED").toSatisfy(Number.isInteger);
  await annotate(`DURABILITY_SEED=${SEED}`);
  const folder = await temporaryFolder();
  const compileCache = join(folder, "compile-cache");
  await fillCache(join(folder, "first"), compileCache);

  const kills = (at: number) => Math.floor((KILLS + at) / SITES);
  const sites = Array.from({ length: SITES }, async (_, at) => {
    const site = await createSite(join(folder, `site ${at}`), compileCache, seeded(SEED + at));
    await killAgainAndAgain(site, kills(at));
    return site.owners.reduce((sum, { ledger }) => sum + ledger.count(), 0);
  });
  const versions = await Promise.all(sites);
  await annotate(`${KILLS} kills, ${versions.join(" + ")} versions`);
});

/** Bundles the service, and starts and ends it once, since a killed process doesn't leave its compiled modules. */
async function fillCache(folder: string, compileCache: string): Promise<void> {
  await bundleService(compileCache);
  const service = startProcess({ port: await freePort(), folder, compileCache });
  await service.ready();
  await service.stop();
}
