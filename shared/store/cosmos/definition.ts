import type { Container, IndexingPolicy } from "@azure/cosmos";
import { type Call, sendUntilAnswered } from "./calls.ts";
import type { PartitionKey } from "./documents.ts";
import { UnusableAnswer } from "./faults.ts";

/**
 * Looks whether the container is set up as the store needs it.
 * @throws {UnusableAnswer} it isn't: what is to be gone would stay, or what is to stay would go
 */
export async function requireDefinition(container: Container, key: PartitionKey, call: Call): Promise<void> {
  const { resource } = await sendUntilAnswered(call, () => container.read({ abortSignal: call.signal }));
  if (resource?.defaultTtl !== -1) {
    throw new UnusableAnswer("the container's default time to live must be -1: on, with no default");
  }
  if (resource.partitionKey?.paths.join() !== `/${key}`) {
    throw new UnusableAnswer(`the container's partition key must be /${key}; make it anew`);
  }
  const missing = INDEXED.filter((path) => !isIndexed(resource.indexingPolicy, path));
  if (missing.length > 0) {
    throw new UnusableAnswer(
      `the container's index lacks ${missing.join(", ")}; add what is missing to its indexing policy`,
    );
  }
}

/** What queries over all partitions look for, and are sorted by. */
const INDEXED = ["/dueAt/?", "/kek/?", "/userId/?"];

/** The longest path that fits says whether it is indexed (Azure Cosmos DB indexing policies). */
function isIndexed(policy: IndexingPolicy | undefined, path: string): boolean {
  if (policy?.indexingMode?.toLowerCase() !== "consistent") return false;
  const has = (paths: readonly { readonly path?: string }[] = [], wanted: string) =>
    paths.some((each) => each.path === wanted);
  if (has(policy.includedPaths, path) || has(policy.excludedPaths, path))
    return !has(policy.excludedPaths, path);
  return has(policy.includedPaths, "/*") && !has(policy.excludedPaths, "/*");
}
