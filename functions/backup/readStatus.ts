import * as z from "zod";
import { forOwner } from "../../shared/http/endpoint.ts";
import { isUnchanged, taggedStatus } from "../../shared/status/etag.ts";
import { status } from "../../shared/status/status.ts";

/** GET backup: is there a backup, from when, from which phone, with how many accounts. */
export const readStatus = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "registered", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "backup-status",
    method: "GET",
    route: "backup",
    summary: "Tells the state of the backup; its ETag says what an upload would replace.",
    headers: z.object({ "If-None-Match": z.string().optional() }),
    answers: { 200: status, 304: null },
    problems: [],
  },
  async ({ owner: { item }, device: { deviceId }, headers, now }) => {
    const { body, etag } = taggedStatus(item, deviceId, now);
    if (isUnchanged(headers["If-None-Match"], etag)) return { status: 304, headers: { ETag: etag } };
    return { status: 200, headers: { ETag: etag }, body };
  },
);
