import { readFileSync } from "node:fs";
import { join } from "node:path";
import { resolved } from "../resolved.ts";
import { INFRA, ofType, type Resource } from "../resources.ts";
import type { Schema } from "./parse.ts";
import { type Row, runQuery } from "./run.ts";

/**
 * The columns that our queries name, of the tables that Azure Monitor makes
 * (https://learn.microsoft.com/azure/azure-monitor/reference/tables-index).
 */
export const TABLES: Schema = {
  AppTraces: ["TimeGenerated: datetime", "Message: string", "SeverityLevel: int"],
  AppRequests: [
    "TimeGenerated: datetime",
    "Name: string",
    "ResultCode: string",
    "Success: bool",
    "DurationMs: real",
  ],
  AppExceptions: ["TimeGenerated: datetime", "ExceptionType: string", "OperationName: string"],
  AZKVAuditLogs: [
    "TimeGenerated: datetime",
    "OperationName: string",
    "ResultSignature: string",
    "HttpStatusCode: int",
    "CallerIpAddress: string",
    "Identity: dynamic",
  ],
  StorageBlobLogs: [
    "TimeGenerated: datetime",
    "OperationName: string",
    "Uri: string",
    "RequesterObjectId: string",
    "CallerIpAddress: string",
  ],
  ACSEmailStatusUpdateOperational: [
    "TimeGenerated: datetime",
    "RecipientId: string",
    "DeliveryStatus: string",
    "SmtpStatusCode: string",
  ],
  Usage: ["TimeGenerated: datetime", "DataType: string", "Quantity: real"],
  _LogOperation: ["TimeGenerated: datetime", "Category: string", "Detail: string"],
};

/** What stands for the client id of the app's identity, which a deployment alone knows. */
export const APP = "4fd0a3fc-55a2-4c1c-9a56-2a6a0c6a0f11";

/** The query of each log alert of production, as Azure gets it. */
export const ALERT_QUERIES: ReadonlyMap<string, { readonly query: string; readonly window: string }> =
  new Map(
    ofType(snapshot(), "Microsoft.Insights/scheduledQueryRules").map(({ name, properties }) => [
      name,
      {
        query: resolved(properties.criteria.allOf[0].query, () => APP),
        window: properties.overrideQueryTimeRange ?? properties.windowSize,
      },
    ]),
  );

function snapshot(): Resource[] {
  return JSON.parse(readFileSync(join(INFRA, "production.snapshot.json"), "utf8")).predictedResources;
}

/** A workspace's name in front of a table is Azure Monitor's own: Kusto does not know it. */
const inOneWorkspace = (query: string) => query.replaceAll(/workspace\("[^"]+"\)\./g, "");

export interface Log {
  readonly [table: string]: readonly Row[];
}

/** What a query finds in these rows at `now`, bound to the columns of {@link TABLES}. */
export function ask(query: string, rows: Log, now: number): readonly Row[] {
  return runQuery(inOneWorkspace(query), TABLES, rows, now);
}

const SPAN = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?$/;

/** Whether an alert is raised at `now`: its query finds something in the window that it looks at. */
export function isRaised(name: string, rows: Log, now: number): boolean {
  const { query, window } = ALERT_QUERIES.get(name) ?? { query: "", window: "" };
  const [, days = 0, hours = 0, minutes = 0] = SPAN.exec(window) ?? [];
  const from = now - ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
  const inside = Object.entries(rows).map(([table, all]) => [
    table,
    all.filter(({ TimeGenerated }) => Number(TimeGenerated) > from && Number(TimeGenerated) <= now),
  ]);
  return ask(query, Object.fromEntries(inside), now).length > 0;
}

/** Rows as the host writes a worker's lines. */
export function traces(lines: readonly { readonly time: string }[]): Row[] {
  return lines.map((line) => ({ TimeGenerated: Date.parse(line.time), Message: JSON.stringify(line) }));
}
