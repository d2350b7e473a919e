import { forOwner } from "../../shared/http/endpoint.ts";
import { isUnchanged, status, taggedStatus } from "../../shared/status/status.ts";

/** GET backup: is there a backup, from when, from which phone, with how many accounts. */
export const readStatus = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "backup-status",
    method: "GET",
    route: "backup",
    summary: "Tells the state of the backup; its ETag says what an upload would replace.",
    answers: { 200: status, 304: null },
    problems: [],
  },
  async ({ owner: { item }, device: { deviceId }, request, now }) => {
    const { body, etag } = taggedStatus(item, deviceId, now);
    if (isUnchanged(request.header("if-none-match"), etag)) return { status: 304, headers: { ETag: etag } };
    return { status: 200, headers: { ETag: etag }, body };
  },
);
