import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { StoreUnavailable } from "../../shared/store/port.ts";
import { DAY, startStage } from "../behaviours/stage.ts";
import { owners, startWithVault } from "../operations/rotation.ts";
import { operate } from "../operations/stage.ts";
import { backedUpPhone, expectOk, registeredPhone, startService } from "../support/service.ts";
import { ALERT_QUERIES, APP, ask, isRaised, type Log, traces } from "./kusto/log.ts";
import type { Row } from "./kusto/run.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A first of the month, at 8:30. */
const NOW = Date.parse("2026-12-01T08:30:00Z");

const at = (ago: number) => ({ TimeGenerated: NOW - ago });

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A request's line, `ago` milliseconds before now. */
function line(members: Readonly<Record<string, unknown>>, ago = MINUTE): Row {
  const request = { endpoint: "backup-status", status: 200, milliseconds: 5, ...members };
  return { ...at(ago), Message: JSON.stringify({ time: new Date(NOW - ago).toISOString(), ...request }) };
}

const failing = (failed: number, of: number, members: Readonly<Record<string, unknown>>) => ({
  AppTraces: times(of, (index) => line(index < failed ? members : {})),
});

const request = (members: Row) => ({
  ...at(MINUTE),
  Name: "backup-status",
  ResultCode: "200",
  Success: true,
  ...members,
});

const unwrap = (members: Row = {}, ago = 30 * MINUTE) => ({
  ...at(ago),
  OperationName: "KeyUnwrap",
  HttpStatusCode: 200,
  CallerIpAddress: "10.20.0.5",
  Identity: { claim: { appid: APP } },
  ...members,
});

const mail = (DeliveryStatus: string) => ({ ...at(MINUTE), RecipientId: "r", DeliveryStatus });

/** For each alert what raises it, and what is like it and does not. */
const CASES: Readonly<Record<string, { readonly raised: readonly Log[]; readonly quiet: readonly Log[] }>> = {
  "vault-key-use": {
    raised: ["KeyDecrypt", "KeySign", "KeyBackup", "KeyRestore", "KeyUpdate", "KeyCreate", "KeyExport"].map(
      (OperationName) => ({ AZKVAuditLogs: [unwrap({ OperationName }, MINUTE)] }),
    ),
    quiet: [{ AZKVAuditLogs: [unwrap({}, MINUTE), unwrap({ OperationName: "KeyGet" }, MINUTE)] }],
  },
  "vault-other-caller": {
    raised: [{ AZKVAuditLogs: [unwrap({ Identity: { claim: { appid: "another" } } }, MINUTE)] }],
    quiet: [{ AZKVAuditLogs: [unwrap({}, MINUTE)] }],
  },
  "vault-not-logged": {
    raised: [
      { AZKVAuditLogs: [unwrap()] },
      {
        AZKVAuditLogs: times(4, () => unwrap()),
        AppTraces: [line({ vault: { release: 2, probe: 1 } }, 30 * MINUTE)],
      },
    ],
    quiet: [
      // Each reason counts, also of a timer, and a line that is written at another time than the audit.
      {
        AZKVAuditLogs: times(4, () => unwrap()),
        AppTraces: [
          line({ vault: { release: 1 } }, 50 * MINUTE),
          line({ vault: { probe: 1, "service-key": 1 } }, 5 * MINUTE),
          line({ endpoint: undefined, operation: "rewrap", vault: { rewrap: 1 } }, 30 * MINUTE),
        ],
      },
      { AZKVAuditLogs: [unwrap({ HttpStatusCode: 429 }), unwrap({}, 5 * MINUTE), unwrap({}, 50 * MINUTE)] },
    ],
  },
  "vault-outside": {
    raised: [{ AZKVAuditLogs: [unwrap({ CallerIpAddress: "203.0.113.7" }, MINUTE)] }],
    quiet: [{ AZKVAuditLogs: [unwrap({}, MINUTE)] }],
  },
  "package-writes": {
    raised: [
      { StorageBlobLogs: [{ ...at(MINUTE), OperationName: "PutBlob", Uri: "https://a/packages/x.zip" }] },
    ],
    quiet: [
      {
        StorageBlobLogs: [
          { ...at(MINUTE), OperationName: "PutBlob", Uri: "https://a/azure-webjobs-hosts/x" },
        ],
      },
    ],
  },
  "server-errors": {
    raised: [failing(2, 100, { status: 500 })],
    quiet: [
      failing(1, 100, { status: 500 }),
      failing(19, 19, { status: 500 }),
      failing(50, 100, { status: 404 }),
    ],
  },
  "host-errors": {
    raised: [{ AppRequests: times(100, (index) => request(index < 2 ? { ResultCode: "500" } : {})) }],
    quiet: [
      // They are ours, and counted by server-errors.
      {
        AppRequests: times(100, (index) => request(index < 2 ? { ResultCode: "503" } : {})),
        ...failing(2, 100, { status: 503 }),
      },
    ],
  },
  "no-telemetry": {
    raised: [{}, { AppTraces: [line({}, 11 * MINUTE)] }],
    quiet: [{ AppTraces: [line({})] }],
  },
  "cap-reached": {
    raised: [{ _LogOperation: [{ ...at(MINUTE), Category: "Ingestion", Detail: "OverQuota" }] }],
    quiet: [{ _LogOperation: [{ ...at(MINUTE), Category: "Ingestion", Detail: "Data collection resumed" }] }],
  },
  "store-not-ready": {
    raised: [failing(2, 3, { endpoint: "service-ready", status: 503, failure: "StoreUnavailable at a" })],
    quiet: [
      failing(1, 3, { endpoint: "service-ready", status: 503, failure: "StoreUnavailable at a" }),
      failing(3, 3, { endpoint: "service-ready", status: 503, failure: "KeyUnavailable at a" }),
    ],
  },
  "keys-not-ready": {
    raised: [failing(2, 3, { endpoint: "service-ready", status: 503, failure: "KeyUnavailable at a" })],
    quiet: [failing(3, 3, { endpoint: "service-ready", status: 503, failure: "StoreUnavailable at a" })],
  },
  "no-sweep": {
    raised: [
      {},
      { AppRequests: [request({ Name: "notices-sweep", ...at(11 * MINUTE) })] },
      { AppRequests: [request({ Name: "notices-sweep", Success: false }), request({})] },
    ],
    quiet: [{ AppRequests: [request({ Name: "notices-sweep" })] }],
  },
  "late-notices": {
    raised: [failing(1, 9, { endpoint: undefined, operation: "notices-sweep", waited: 301 })],
    quiet: [
      failing(9, 9, { endpoint: undefined, operation: "notices-sweep", waited: 300 }),
      failing(9, 9, { endpoint: undefined, operation: "notices-sweep" }),
    ],
  },
  "dead-notice": {
    raised: [failing(1, 9, { endpoint: undefined, operation: "notice-send", code: "notice-dead" })],
    quiet: [failing(1, 9, { endpoint: undefined, operation: "notice-send", code: "notice-put-off" })],
  },
  "data-unreadable": {
    raised: [
      failing(1, 9, { status: 500, code: "data-unreadable" }),
      failing(1, 9, { endpoint: undefined, operation: "notice-send", code: "notice-unreadable" }),
    ],
    quiet: [failing(9, 9, { status: 500, code: "internal" })],
  },
  throttled: {
    raised: [failing(2, 100, { status: 503, failure: "StoreUnavailable at a <- ErrorResponse 429 at b" })],
    quiet: [
      failing(2, 100, { status: 503, failure: "StoreUnavailable at a <- ErrorResponse 503 at b:4291" }),
      failing(1, 100, { status: 503, failure: "StoreUnavailable at a <- ErrorResponse 429 at b" }),
    ],
  },
  denials: {
    raised: [
      { AppTraces: times(11, () => line({ endpoint: "recoveries-deny" })) },
      {
        AppTraces: [
          ...times(12, () => line({ endpoint: "recoveries-deny" })),
          // Four an hour less two.
          ...times(186, (index) => line({ endpoint: "recoveries-deny" }, HOUR + index * 15 * MINUTE)),
        ],
      },
    ],
    quiet: [
      { AppTraces: times(10, () => line({ endpoint: "recoveries-deny" })) },
      { AppTraces: times(30, () => line({ endpoint: "recoveries-deny", status: 404 })) },
      {
        AppTraces: [
          ...times(12, () => line({ endpoint: "recoveries-deny" })),
          ...times(188, (index) => line({ endpoint: "recoveries-deny" }, HOUR + index * 15 * MINUTE)),
        ],
      },
    ],
  },
  "codes-not-sent": {
    raised: [failing(10, 10, { endpoint: "contacts-send", status: 503, code: "code-not-sent" })],
    quiet: [failing(9, 90, { endpoint: "contacts-send", status: 503, code: "code-not-sent" })],
  },
  bounces: {
    raised: [
      { ACSEmailStatusUpdateOperational: times(95, (index) => mail(index < 5 ? "Bounced" : "Delivered")) },
    ],
    quiet: [
      { ACSEmailStatusUpdateOperational: times(101, (index) => mail(index < 5 ? "Bounced" : "Delivered")) },
      { ACSEmailStatusUpdateOperational: times(4, () => mail("Bounced")) },
    ],
  },
  "monthly-test": { raised: [{}, { AppTraces: [line({})] }], quiet: [] },
};

describe("the alerts' queries", () => {
  it("are all here", () => expect(Object.keys(CASES).sort()).toEqual([...ALERT_QUERIES.keys()].sort()));

  it.each(Object.entries(CASES))("raise %s, and not by what is like it", (name, { raised, quiet }) => {
    for (const [index, rows] of raised.entries())
      expect(isRaised(name, rows, NOW), `raised ${index}`).toBe(true);
    for (const [index, rows] of quiet.entries())
      expect(isRaised(name, rows, NOW), `quiet ${index}`).toBe(false);
  });

  it("try the way to you once a month, and at no other time", () => {
    const hours = times(24 * 31, (hour) => Date.parse("2026-12-01T00:10:00Z") + hour * HOUR);
    expect(hours.filter((now) => isRaised("monthly-test", {}, now))).toEqual([
      Date.parse("2026-12-01T08:10:00Z"),
    ]);
  });

  it("name endpoints and functions that there are", () => {
    const triggers = readFileSync(join(import.meta.dirname, "../../functions/triggers.ts"), "utf8");
    const known = new Set([
      ...endpoints.map(({ declaration }) => declaration.name),
      ...[...triggers.matchAll(/app\.timer\("([^"]+)"/g)].map(([, name]) => name),
    ]);
    for (const { query } of ALERT_QUERIES.values()) {
      for (const [, text = ""] of query.matchAll(/(?:line\.endpoint|Name) (?:==|!in) \(?([^)|]+)/g)) {
        for (const [, name] of text.matchAll(/"([^"]+)"/g)) {
          if (!text.includes("Key")) expect(known, query).toContain(name);
        }
      }
    }
  });

  it("are refused where they name a column that there is not, or what is not known here", () => {
    expect(() => ask("AppTraces | where Massage == ''", {}, NOW)).toThrow("Massage");
    expect(() => ask("AppTraces | where", {}, NOW)).toThrow("where");
    expect(() => ask("AppTraces | top-nested of Message by count()", {}, NOW)).toThrow("not known here");
  });
});

describe("the queries of the runbook", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/runbook.md"), "utf8");
  const queries = [...page.matchAll(/--analytics-query '([^']+)'/g)].map(([, query = ""]) => query);

  it.each(queries)("can be pasted: %s", (query) => {
    expect(() => ask(query, {}, NOW)).not.toThrow();
  });

  it("stand on the pages of the alerts whose logs they ask", () => {
    expect(queries.length).toBeGreaterThan(10);
    for (const name of ALERT_QUERIES.keys()) {
      const [, section = ""] = page.split(`\n## ${name}\n`);
      const own = section.split("\n## ")[0] ?? "";
      if (name !== "monthly-test") expect(own, name).toMatch(/--analytics-query|the same query|curl/);
    }
  });
});

describe("the alerts find in what the service wrote", () => {
  it("that the store can't be used, and that requests fail", async () => {
    let broken = false;
    const service = await startService({
      wrap: ({ store, ...rest }) => ({
        ...rest,
        store: {
          ...store,
          check: () => (broken ? Promise.reject(new StoreUnavailable(1)) : store.check()),
          read: (...args) => (broken ? Promise.reject(new StoreUnavailable(1)) : store.read(...args)),
        },
      }),
    });
    const phone = await backedUpPhone(service);
    for (let ask = 0; ask < 20; ask++) expectOk(await phone.status());
    const found = () => {
      const AppTraces = traces(service.lines);
      return ["store-not-ready", "keys-not-ready", "server-errors"].filter((name) =>
        isRaised(name, { AppTraces }, service.now()),
      );
    };
    expect(found()).toEqual([]);
    broken = true;
    for (let ask = 0; ask < 2; ask++) {
      expect((await fetch(`${service.origin}/v1/ready`)).status).toBe(503);
      expect(await phone.status()).toMatchObject({ ok: false });
      service.advance(60);
    }
    expect(found()).toEqual(["store-not-ready", "server-errors"]);
  });

  it("that the vault unwrapped once more than the app asked, and not where all is logged", async () => {
    const made = await startWithVault();
    const { service } = made;
    made.unwraps();
    const [phone] = await owners(made, 3);
    const next = await registeredPhone(service, { owner: "owner 1" });
    expectOk(await next.recover());
    await made.rotate();
    await operate(service, "POST", "rewrap");
    expectOk((await phone?.key()) ?? expect.fail());
    expect((await fetch(`${service.origin}/v1/ready`)).status).toBe(200);
    const audited = made.unwraps();
    expect(audited).toBeGreaterThan(4);
    const raised = (unwraps: number) => {
      const now = service.now() + 30 * MINUTE;
      const TimeGenerated = service.now();
      const AZKVAuditLogs = times(unwraps, () => ({ ...unwrap(), TimeGenerated }));
      // What re-wrapping took has a line of its own.
      const AppTraces = traces([...service.lines, ...service.rewrapLines]);
      return isRaised("vault-not-logged", { AppTraces, AZKVAuditLogs }, now);
    };
    expect(raised(audited)).toBe(false);
    // Somebody else, with a token of the app's identity.
    await made.open().unwrap(made.entry, "service-key");
    expect(made.unwraps()).toBe(1);
    expect(raised(audited + 1)).toBe(true);
  });

  it("that owners deny recoveries", async () => {
    const { service, old, next } = await startStage({ wait: DAY });
    const begun = await next.recover();
    expectOk(begun);
    const { recoveryId } = begun.body as { recoveryId: string };
    expectOk(await old.deny(recoveryId));
    const denial = traces(service.lines).at(-1) ?? expect.fail();
    const raised = (count: number) =>
      isRaised("denials", { AppTraces: times(count, () => denial) }, service.now() + MINUTE);
    expect([raised(10), raised(11)]).toEqual([false, true]);
  });
});
