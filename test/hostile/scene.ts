import type { PrivateJwk } from "../../local/phone/protocol/keys.ts";
import { makeProof, type ProofOverrides } from "../../local/phone/protocol/proof.ts";
import type { ProblemCode } from "../../shared/errors/catalogue.ts";
import type { Endpoint } from "../../shared/http/endpoint.ts";
import { system } from "../../shared/system.ts";
import type { RawRequest } from "../support/raw.ts";
import { startService, type TestPhone, type TestService } from "../support/service.ts";
import { samples } from "./samples.ts";

/** Stands in every bad value that has room for it: neither an answer nor the log may repeat it. */
export const MARKER = "mArKeR-7f3a9c51d2";

/** A valid request to one endpoint, which cases change in one place each. */
export interface Sample {
  /** Who may send it; of an app or an operator, a phone that has nothing to do with it. */
  readonly phone: TestPhone;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Whose token it carries, if not the owner's: of an app or an operator. */
  readonly signIn?: () => Promise<string>;
  /** What is in its place when hours have gone by, and what was in it is over. */
  readonly renewed?: () => Promise<Partial<Pick<Sample, "path" | "body">>>;
}

/** A service, and an endpoint of it with its valid request. */
export interface Scene extends Omit<Sample, "token"> {
  readonly service: TestService;
  readonly endpoint: Endpoint;
  /** Valid. */
  readonly token: string;
  /** The phone's signing key: the same object each time, so that it is imported once. */
  readonly signing: PrivateJwk;
  readonly userId: string;
}

/** What is put in the place of the right thing. */
export interface Changes {
  readonly method?: string;
  /** The path as it is sent; a proof is made for it. */
  readonly target?: string;
  readonly token?: string;
  readonly proof?: ProofOverrides;
  /** `undefined` leaves a header out, several values send it several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** With a Content-Length that is right. */
  readonly body?: string | Uint8Array;
}

/** One bad request: what is wrong with it, the problem it gets, and how it is made from the valid one. */
export type Case = readonly [
  title: string,
  code: ProblemCode,
  changes: Changes | ((scene: Scene) => Changes | Promise<Changes>),
];

/** @throws {Error} the endpoint has no sample: a new one needs a line in samples.ts */
export async function startScene(endpoint: Endpoint): Promise<Scene> {
  const { name } = endpoint.declaration;
  const makeSample = samples[name];
  if (!makeSample) throw new Error(`${name} has no sample in test/hostile/samples.ts`);
  const service = await startService();
  return await sceneOf(service, endpoint, await makeSample(service));
}

/** A scene of a service that runs; the owner has just signed in. */
export async function sceneOf(service: TestService, endpoint: Endpoint, sample: Sample): Promise<Scene> {
  const owners = await sample.phone.signIn();
  const token = (await sample.signIn?.()) ?? owners;
  const { owner, keys } = sample.phone.state();
  return { ...sample, service, endpoint, token, signing: keys.signing, userId: owner?.userId ?? "" };
}

/** The valid request of a scene, with changes. */
export async function requestOf(scene: Scene, changes: Changes = {}): Promise<RawRequest> {
  const { service, signing } = scene;
  const { method = scene.endpoint.declaration.method, target = scene.path, token = scene.token } = changes;
  const body = changes.body ?? (scene.body && JSON.stringify(scene.body));
  // Put together as text: a URL object would mend the path.
  const [htu] = `${service.origin}${target}`.split("?");
  const proof = await makeProof(
    {
      method,
      url: service.origin,
      accessToken: token,
      signing,
      system: { now: service.now, random: system.random },
    },
    { ...changes.proof, payload: { htu, ...changes.proof?.payload } },
  );
  const headers: Changes["headers"] = {
    Authorization: `Bearer ${token}`,
    DPoP: proof,
    "X-Client-Platform": "ios",
    "X-Client-Version": "6.8.0",
    // Of no meaning here, all of them: what a log or an answer would like to repeat.
    "User-Agent": MARKER,
    "X-Request-Id": MARKER,
    "X-Forwarded-For": MARKER,
    "Accept-Language": MARKER,
    ...(body !== undefined && {
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(body)),
    }),
    ...scene.headers,
    ...changes.headers,
  };
  return {
    method,
    target,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one) => [name, one] as const),
    ),
    ...(body !== undefined && { body }),
  };
}
