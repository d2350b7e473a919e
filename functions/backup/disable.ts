import { turnOff } from "../../shared/acts/turnOff.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** DELETE backup?confirm=delete: turns backup off [F1–F4]. */
export const disableBackup = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted", frozen: "stops", oldApps: "allowed" },
  {
    name: "backup-disable",
    method: "DELETE",
    route: "backup",
    summary: "Turns backup off and destroys it; a repeat is harmless.",
    confirm: "delete",
    answers: { 204: null },
    problems: [],
  },
  async (call) => {
    await turnOff(call);
    return { status: 204 };
  },
);
