import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { Answer } from "../vaultServer/answer.ts";
import type { Arrived, HttpCall } from "./server.ts";

/** A namespace of Notification Hubs, with a hub for each of APNs' environments. */
export interface TestHubs {
  readonly namespace: string;
  readonly production: string;
  readonly sandbox: string;
  readonly rule: string;
  /** The keys of the rule, primary and secondary; a test rotates them. */
  readonly keys: { primary: string; secondary: string };
  /** From now on nothing arrives at this token; the hub doesn't say so. */
  kill(token: string): void;
  answer(call: HttpCall): Answer;
}

const NAMESPACE = "backup-test";
const RULE = "send";

/** Both platforms' limit for what they deliver, in bytes. */
const MOST_BYTES = 4096;

/** https://learn.microsoft.com/rest/api/notificationhubs/direct-send */
export function createHubs(arrived: Arrived[], now: () => number): TestHubs {
  const keys = { primary: newKey(), secondary: newKey() };
  const dead = new Set<string>();
  const environments = new Map([
    ["authenticator", "production"],
    ["authenticator-sandbox", "sandbox"],
  ]);

  return {
    namespace: NAMESPACE,
    production: "authenticator",
    sandbox: "authenticator-sandbox",
    rule: RULE,
    keys,
    kill: (token) => void dead.add(token),
    answer({ method, path, query, header, body, bytes }) {
      const origin = `https://${NAMESPACE}.servicebus.windows.net`;
      if (!isSigned(header("authorization"), origin, Object.values(keys), now())) {
        return xml(401, "MalformedToken: the signature is not of this namespace's rule, or has expired");
      }
      const [, hub = "", messages, rest] = path.split("/");
      const environment = environments.get(hub);
      if (!environment || messages !== "messages") return xml(404, "no such hub");
      if (method !== "POST" || rest !== "") return xml(405, "no such operation");
      if (query.get("api-version") !== "2020-06") return xml(400, "api-version is missing, or not known");
      if (!query.has("direct")) return xml(400, "this stand-in knows direct send alone");
      if (header("content-type") !== "application/json;charset=utf-8") return xml(400, "content type");
      const token = header("servicebusnotification-devicehandle");
      if (!token) return xml(400, "direct send needs ServiceBusNotification-DeviceHandle");
      if (bytes > MOST_BYTES) return xml(413, "the message is too large");
      const format = header("servicebusnotification-format");
      const wrong =
        format === "fcmv1" ? wrongInFcm(body) : format === "apple" ? wrongInApns(body, token) : "format";
      if (wrong !== undefined) return xml(400, wrong);
      // What becomes of it is not told: a dead token, or one of the other environment, is taken like any other.
      if (!dead.has(token) && environmentOf(format, token) === environment) {
        const headers = Object.fromEntries(
          APNS_HEADERS.flatMap((name) => (header(name) ? [[name, header(name)]] : [])),
        );
        arrived.push({ channel: "push", to: token, payload: body, ...(format === "apple" && { headers }) });
      }
      return {
        status: 201,
        headers: { Location: `${origin}/${hub}/messages/${randomUUID()}?api-version=2020-06` },
        body: "",
      };
    },
  };
}

const APNS_HEADERS = ["apns-collapse-id", "apns-expiration", "apns-priority", "apns-push-type"];

/** A token tells its environment to nobody but APNs; here by its first digit. */
function environmentOf(format: string, token: string): string {
  return format === "apple" && token.startsWith("5") ? "sandbox" : "production";
}

function wrongInFcm(body: unknown): string | undefined {
  const { message, ...others } = (body ?? {}) as { message?: { data?: object; android?: object } };
  if (!message || Object.keys(others).length > 0) return "FcmV1: a message, and nothing beside it";
  const { data, android = {}, ...rest } = message;
  if (!data || Object.values(data).some((value) => typeof value !== "string"))
    return "FcmV1: data holds strings";
  const { priority = "normal", ttl = "0s" } = android as { priority?: unknown; ttl?: unknown };
  if (priority !== "normal" && priority !== "high") return "FcmV1: priority";
  if (!/^\d+(\.\d+)?s$/.test(String(ttl))) return "FcmV1: ttl is a duration";
  return Object.keys(rest).some((name) => !["notification", "apns"].includes(name))
    ? "FcmV1: member"
    : undefined;
}

function wrongInApns(body: unknown, token: string): string | undefined {
  if (!/^([0-9a-f]{2}){32,100}$/i.test(token)) return "apple: a device token is hexadecimal";
  const { aps } = (body ?? {}) as { aps?: unknown };
  return typeof aps === "object" && aps !== null ? undefined : "apple: aps is missing";
}

/** https://learn.microsoft.com/rest/api/eventhub/generate-sas-token */
function isSigned(header: string, origin: string, keys: readonly string[], now: number): boolean {
  const [scheme, fields = ""] = header.split(" ");
  const { sr = "", sig, se, skn } = Object.fromEntries(new URLSearchParams(fields));
  if (scheme !== "SharedAccessSignature" || skn !== RULE || !origin.startsWith(sr.replace(/\/$/, "")))
    return false;
  if (sr === "" || !(Number(se) * 1000 > now)) return false;
  const signed = `${encodeURIComponent(sr)}\n${se}`;
  return keys.some((key) => createHmac("sha256", key).update(signed).digest("base64") === sig);
}

function newKey(): string {
  return randomBytes(32).toString("base64");
}

function xml(status: number, detail: string): Answer {
  return {
    status,
    headers: { "Content-Type": "application/xml; charset=utf-8" },
    body: `<Error><Code>${status}</Code><Detail>${detail}</Detail></Error>`,
  };
}
