import { ids } from "../../shared/store/items.ts";
import { BATCH_OPERATIONS } from "../../shared/store/port.ts";
import { userIdOf } from "./partition.ts";
import type { TestPhone, TestService } from "./service.ts";

/** Puts so much beside what an owner has that an export has another page. */
export async function fillPage({ adapters: { store } }: TestService, phone: TestPhone): Promise<void> {
  const operations = Array.from({ length: BATCH_OPERATIONS }, (_, at) => {
    return { kind: "create", id: ids.idempotency(`filling-${at}`), body: { schema: 1 } } as const;
  });
  await store.commit(userIdOf(phone), operations);
}

/** Begins an export of several pages. @returns what the next page is asked for with */
export async function begunExport(service: TestService, phone: TestPhone): Promise<string> {
  await fillPage(service, phone);
  const { status, body } = await phone.send({ method: "POST", path: "/v1/me/export" });
  if (!isFirstPage(body)) throw new Error(`${status}, and no next page`);
  return body.next;
}

function isFirstPage(body: unknown): body is { readonly next: string } {
  return typeof body === "object" && body !== null && "next" in body;
}
