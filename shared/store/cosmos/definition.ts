import type { Container } from "@azure/cosmos";
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
}
