import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { JWKS_PATH } from "../../../local/issuer/http.ts";
import { issuerSettings } from "../../../local/issuer/settings.ts";
import { memoryOfBodies } from "../../../scripts/settings.ts";
import { readConfig } from "../../../shared/config/read.ts";
import { REQUEST_BODY_SIZE_LIMIT, settings } from "../../../shared/config/settings.ts";
import { BODY_LIMIT } from "../../../shared/http/body.ts";
import { ROUTE_PREFIX } from "../../../shared/http/message.ts";

const { Values: values } = readJson("local.settings.sample.json");

describe("local.settings.sample.json", () => {
  it("is a configuration that the service starts with", () => {
    expect(readConfig({ ...values, AZURE_FUNCTIONS_ENVIRONMENT: "Development" })).toMatchObject({
      publicOrigin: "http://127.0.0.1:7071",
      store: { file: ".local/backup.db" },
      keys: { file: ".local/key-encryption-key.pem" },
    });
  });

  it("names the issuers that `npm run issuer` plays", () => {
    expect(JSON.parse(values.ISSUERS)).toEqual(issuerSettings(`http://127.0.0.1:7072${JWKS_PATH}`));
  });

  it("has every setting that can't be left out", () => {
    const needed = Object.entries(settings).filter(([, { schema }]) => !schema.safeParse(undefined).success);
    expect(needed.length).toBeGreaterThan(0);
    expect(Object.keys(values)).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
  });

  it("has no setting that neither the service nor Azure Functions knows", () => {
    const known = [...Object.keys(settings), "FUNCTIONS_WORKER_RUNTIME"];
    const others = Object.keys(values).filter((name) => !known.includes(name));
    expect(others.filter((name) => !name.startsWith("AzureWebJobs"))).toEqual([]);
  });
});

describe("host.json", () => {
  it("holds so few requests that their bodies, at their most, stay in half of an instance's memory", () => {
    const { all, half, requests, concurrent } = memoryOfBodies();
    expect(all).toBeLessThanOrEqual(half);
    expect(concurrent).toBeLessThanOrEqual(requests);
    expect(concurrent).toBeGreaterThan(0);
  });

  it("lets the app refuse what is a little too large, and takes all that the app takes", () => {
    expect(REQUEST_BODY_SIZE_LIMIT).toBeGreaterThan(BODY_LIMIT);
    expect(Number(values.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT)).toBe(REQUEST_BODY_SIZE_LIMIT);
  });

  it("puts the functions below the prefix that device proofs and problems name", () => {
    expect(readJson("host.json").extensions.http.routePrefix).toBe(ROUTE_PREFIX);
  });

  // Alerts and workbook count lines: each of them is a trace. The list is one text with semicolons, and belongs into
  // samplingSettings: anywhere else the host overlooks it.
  it("samples neither traces nor requests nor exceptions", () => {
    const { isEnabled, excludedTypes = "" } =
      readJson("host.json").logging.applicationInsights.samplingSettings;
    const kept = isEnabled === false ? ["Trace", "Request", "Exception"] : excludedTypes.split(";");
    expect(kept).toEqual(expect.arrayContaining(["Trace", "Request", "Exception"]));
  });
});

function readJson(name: string) {
  return JSON.parse(readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8"));
}
