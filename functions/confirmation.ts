import { problem } from "../shared/errors/problem.ts";
import type { HttpRequest } from "../shared/http/message.ts";

/** @throws {Problem} confirmation-required: `?confirm=` does not say `word` */
export function requireConfirmation({ query }: HttpRequest, word: "delete" | "erase"): void {
  if (query.get("confirm") !== word) throw problem("confirmation-required", { confirm: word });
}
