import { hash } from "node:crypto";
import { count, spendProof } from "../../acts/commit.ts";
import { readOutcome } from "../../acts/outcome.ts";
import { AlreadyDone, lookAgain, uncontended } from "../../acts/retry.ts";
import type { Services } from "../../acts/services.ts";
import { requireNotFrozen, requireStanding, requireTriesLeft } from "../../acts/standing.ts";
import { requireStepUp } from "../../acts/stepUp.ts";
import { explain as explainDevice } from "../../devices/explain.ts";
import { Problem } from "../../errors/problem.ts";
import { explain, type KindRefusal } from "../../identity/explain.ts";
import { type Proof, verifyProof } from "../../identity/proof.ts";
import type { Device } from "../../model/device.ts";
import type { Identity } from "../../model/identity.ts";
import { asOf } from "../../recovery/freeze.ts";
import { readOwner } from "../../store/read.ts";
import { checkBodyHeaders, parseBody, readBody } from "../body.ts";
import { type Client, readClient, requireSupported } from "../client.ts";
import type { Answer, OwnerCall, PhoneCall, PhoneEndpoint } from "../endpoint.ts";
import { readHeaders, readIdempotencyKey, readParams, readQuery } from "../input.ts";
import type { HttpRequest } from "../message.ts";
import { readIdentity, requireWork } from "./token.ts";

/** The order of these checks is the order in which a phone is refused: docs/architecture.md. */
export async function runForPhone(
  endpoint: PhoneEndpoint,
  services: Services,
  request: HttpRequest,
  now: number,
): Promise<Answer> {
  const { access, declaration } = endpoint;
  if (declaration.body) checkBodyHeaders(request);

  const identity = await readOwnersIdentity(services, request);
  const client = readClient(request);
  if (access.oldApps === "refused") requireSupported(client, services.config.minimumVersions);
  const proof = await readProof(endpoint, services, request, identity, now);
  requireWork(services, `${identity.userId} ${proof.deviceId}`, declaration);

  const params = readParams(endpoint, request);
  const query = readQuery(endpoint, request);
  const headers = readHeaders(endpoint, request);
  const idempotencyKey = access.idempotencyKey && readIdempotencyKey(request);
  const bytes = declaration.body && (await readBody(request));
  const body = declaration.body && bytes ? parseBody(bytes, declaration.body) : undefined;
  const requestHash = () =>
    hash(
      "sha256",
      `${proof.deviceId}\0${declaration.method}\0${request.path}\0${hash("sha256", bytes ?? "")}`,
      "base64url",
    );

  const input = { params, query, headers, body };
  const given = { ...input, services, request, now, identity, proof, client, idempotencyKey, requestHash };
  return await answerKnown(endpoint, given as Given);
}

/** A request in the form that its endpoint declares, by a phone whose token and proof were verified. */
export type Given = Omit<PhoneCall, "owner" | "device">;

/** The rest of the way: who that is among the owner's phones, whether it may, and the act itself. */
export async function answerKnown(endpoint: PhoneEndpoint, given: Given): Promise<Answer> {
  const { access } = endpoint;
  const { services, identity, proof, client, now } = given;
  return await uncontended(services.system, async () => {
    const loaded = await loadCaller(endpoint, services, { identity, proof, client, now });
    const call = { ...given, ...loaded } as PhoneCall;
    if (isOfOwner(call)) {
      if (access.frozen === "stops") requireNotFrozen(call);
      requireStanding(call, access.standing);
    }
    if (access.stepUp === "needed") await requireStepUp(call);
    try {
      const answer = await endpoint.handle(call);
      if (access.proof === "spent" && access.unchanged !== "repeatable") await spendProof(call);
      return answer;
    } catch (error) {
      // A retry finds the state that its first try left, and would be refused for it.
      if (!endpoint.replay || !(error instanceof AlreadyDone || error instanceof Problem)) throw error;
      const outcome = await readOutcome(call);
      // It was there a moment ago, and its time is over now.
      if (!outcome && error instanceof AlreadyDone) lookAgain();
      if (!outcome) throw error;
      // The first try may have been committed after this one had read the owner.
      const again = await loadCaller(endpoint, services, { identity, proof, client, now });
      return await endpoint.replay({ ...call, ...again }, outcome);
    }
  });
}

function isOfOwner(call: PhoneCall): call is OwnerCall {
  return call.owner !== undefined && call.device !== undefined;
}

/** The owner as the time has them, and this phone among theirs: one point read. */
async function loadCaller(
  { access }: PhoneEndpoint,
  { store }: Services,
  { identity, proof, client, now }: { identity: Identity; proof: Proof; client: Client; now: number },
) {
  const stored = await readOwner(store, identity.userId);
  const owner = stored && { ...stored, item: asOf(stored.item, now) };
  const isThis = ({ deviceId }: Device) => deviceId === proof.deviceId;
  const device =
    owner?.item.devices.find(isThis) ??
    (access.registered === "or-removed"
      ? owner?.item.removed.map(({ device }) => device).find(isThis)
      : undefined);
  if (access.registered !== "no") {
    if (!device) throw explain({ reason: "device-not-registered" });
    if (device.platform !== client.platform) throw explainDevice({ reason: "client-platform-changed" });
  }
  return { owner, device };
}

/** The owner who is signed in: a personal account [A4]. */
async function readOwnersIdentity(services: Services, request: HttpRequest): Promise<Identity> {
  const identity = await readIdentity(services, request);
  const { kind } = identity.issuer;
  if (kind !== "personal") throw explain({ reason: REFUSED_KINDS[kind] });
  return identity;
}

const REFUSED_KINDS: Readonly<
  Record<Exclude<Identity["issuer"]["kind"], "personal">, KindRefusal["reason"]>
> = {
  "work-or-school": "work-account-refused",
  provider: "provider-refused",
  operator: "operator-refused",
};

/** The verified proof of the phone. One that is refused is counted: with a stolen token, that is all one has. */
async function readProof(
  { access, declaration }: PhoneEndpoint,
  services: Services,
  request: HttpRequest,
  identity: Identity,
  now: number,
): Promise<Proof> {
  const verdict = verifyProof(request.header("dpop"), {
    method: declaration.method,
    url: services.config.publicOrigin + request.path,
    use: access.proof,
    now: now / 1000,
    tokenHash: identity.tokenHash,
    boundKey: identity.boundKey,
  });
  if (!verdict.refused) return verdict.proof;
  const refusal = explain(verdict.refused);
  // A proof out of its time tells of a wrong clock rather than of a thief.
  if (verdict.refused.reason === "proof-expired") throw refusal;
  return await uncontended(services.system, async () => {
    const owner = await readOwner(services.store, identity.userId);
    requireTriesLeft({ owner, device: undefined, now }, ["proofs"]);
    return await count({ services, identity, proof: undefined, owner, now }, undefined, "proofs", refusal);
  });
}
