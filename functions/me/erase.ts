import { erase } from "../../shared/acts/erase.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** DELETE me?confirm=erase: erases everything at once [H7]. */
export const eraseOwner = forOwner(
  { proof: "spent", stepUp: "needed", standing: "trusted-if-any", frozen: "stops", oldApps: "allowed" },
  {
    name: "me-erase",
    method: "DELETE",
    route: "me",
    summary: "Erases everything that is held about the owner.",
    confirm: "erase",
    answers: { 204: null },
    problems: [],
  },
  async (call) => {
    await erase(call);
    return { status: 204 };
  },
);
