import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contents } from "../support/accounts.ts";
import { backedUpPhone, expectOk, registeredPhone, startService } from "../support/service.ts";
import { ask, type Log, traces } from "./kusto/log.ts";
import type { Row } from "./kusto/run.ts";
import { INFRA, ofType, only, type Resource } from "./resources.ts";

interface Item {
  readonly name: string;
  readonly type: number;
  readonly content: { readonly query?: string; readonly [member: string]: unknown };
}

function workbookOf(set: "dev" | "production"): { readonly workbook: Resource; readonly workspace: string } {
  const { predictedResources } = JSON.parse(readFileSync(join(INFRA, `${set}.snapshot.json`), "utf8"));
  const workspaces = ofType(predictedResources, "Microsoft.OperationalInsights/workspaces");
  const workspace = workspaces.find(({ name }) => name.endsWith("-app")) ?? expect.fail();
  return { workbook: only(predictedResources, "Microsoft.Insights/workbooks"), workspace: workspace.id };
}

const items: readonly Item[] = JSON.parse(workbookOf("production").workbook.properties.serializedData).items;
const queries = new Map(items.flatMap(({ name, content }) => (content.query ? [[name, content.query]] : [])));

const NOW = Date.parse("2026-12-01T08:30:00Z");

/** Members of a line that tell nothing of whom it was. */
const HARMLESS = new Set([
  "endpoint",
  "status",
  "code",
  "milliseconds",
  "storeMilliseconds",
  "vaultMilliseconds",
  "charge",
  "calls",
  "vault",
  "operation",
  "sent",
  "left",
  "dead",
  "unreadable",
]);

const shown = (name: string, rows: Log) => ask(queries.get(name) ?? expect.fail(name), rows, NOW);

const line = (members: Readonly<Record<string, unknown>>): Row => ({
  TimeGenerated: NOW,
  Message: JSON.stringify({ time: new Date(NOW).toISOString(), ...members }),
});

describe("the workbook", () => {
  it.each(["dev", "production"] as const)("is valid JSON, and asks the app's workspace: %s", (set) => {
    const { workbook, workspace } = workbookOf(set);
    const { serializedData, sourceId, category } = workbook.properties;
    expect({ sourceId, category }).toEqual({ sourceId: workspace, category: "workbook" });
    expect(workbook.name).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const data = JSON.parse(serializedData);
    expect(data).toMatchObject({ version: "Notebook/1.0", fallbackResourceIds: [workspace] });
    for (const { type, content } of data.items as Item[]) {
      if (type !== 3) continue;
      expect(content.crossComponentResources).toEqual([workspace]);
      expect(content).toMatchObject({ timeContextFromParameter: "Time", queryType: 0 });
    }
    expect(serializedData).not.toContain("__");
  });

  it("shows each subject once", () => {
    expect(queries.size).toBe(items.filter(({ type }) => type === 3).length);
    expect(queries.size).toBeGreaterThanOrEqual(8);
  });

  it.each([...queries])("names no owner, and no request, in %s", (_, query) => {
    const members = [...query.matchAll(/\bline\.(\w+)/g)].map(([, member = ""]) => member);
    for (const member of members) expect(HARMLESS).toContain(member);
    expect(query).not.toMatch(/requestId|ClientIP|UserId|RecipientId/);
  });

  it("counts what is sent by channel, and what the vault was asked for", () => {
    const AppTraces = [
      line({
        endpoint: "contacts-add",
        status: 201,
        calls: [{ port: "notify", operation: "mail", outcome: "sent" }],
      }),
      line({
        endpoint: "contacts-send",
        status: 503,
        calls: [{ port: "notify", operation: "text", outcome: "busy" }],
      }),
      line({ endpoint: "backup-status", status: 200, calls: [{ port: "store", operation: "read" }] }),
      line({ endpoint: "recoveries-begin", status: 201, vault: { release: 1, "service-key": 2 } }),
      line({ endpoint: "recoveries-begin", status: 201 }),
      line({ operation: "rewrap", vault: { rewrap: 5 } }),
      line({ operation: "notices-sweep", sent: 3, left: 1, dead: 1, unreadable: 0 }),
    ];
    expect(shown("sent", { AppTraces })).toMatchObject([
      { channel: "mail", sent: 1, failed: 0 },
      { channel: "text", sent: 0, failed: 1 },
    ]);
    expect(shown("vault", { AppTraces })).toMatchObject([{ release: 1, rewrap: 5, serviceKey: 2, probe: 0 }]);
    expect(shown("recoveries", { AppTraces })).toMatchObject([
      { begun: 2, waiting: 1, released: 1, denied: 0 },
    ]);
    expect(shown("notices", { AppTraces })).toMatchObject([{ sent: 3, left: 1, dead: 1, unreadable: 0 }]);
    const AppRequests = [true, false, true].map((Success) => ({
      TimeGenerated: NOW,
      Name: "notices-sweep",
      Success,
    }));
    expect(shown("sweeps", { AppRequests })).toMatchObject([{ sweeps: 3, failed: 1 }]);
  });

  it("shows what the service wrote: uploads, their refusals, recoveries, operations", async () => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const next = await registeredPhone(service);
    expectOk(await next.recover());
    expectOk(await next.upload(contents));
    // It does not know of that one.
    expect(await phone.upload(contents)).toMatchObject({ ok: false });
    const AppTraces = traces(service.lines);
    expect(shown("uploads", { AppTraces })).toEqual([
      { guard: expect.stringMatching(/^[a-z-]+$/), uploads: 1, refused: 1 },
      { guard: "", uploads: 2, refused: 0 },
    ]);
    expect(shown("recoveries", { AppTraces })).toMatchObject([{ begun: 1, denied: 0, cancelled: 0 }]);
    const operations = shown("operations", { AppTraces });
    expect(operations.find(({ operation }) => operation === "backup-upload")).toMatchObject({
      requests: 3,
      failed: 0,
      p50: expect.any(Number),
      p99: expect.any(Number),
    });
    expect(shown("failures", { AppTraces })).toEqual([]);
  });
});
