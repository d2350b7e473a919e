import createClient, { type Client, type Middleware } from "openapi-fetch";
import { deviceId, generateKeys, publicJwk } from "../../local/phone/protocol/keys.ts";
import { makeProof } from "../../local/phone/protocol/proof.ts";
import { system } from "../../shared/system.ts";
import type { TestService } from "../support/service.ts";
import type { paths } from "./paths.d.ts";

/** A phone that knows of the service what docs/openapi.json says, and of the protocol what makes proofs and envelopes. */
export interface TypedPhone {
  readonly client: Client<paths>;
  readonly deviceId: string;
  readonly keys: Awaited<ReturnType<typeof generateKeys>>;
  /** The headers of every request that the document asks for. */
  readonly header: { readonly "X-Client-Platform": "android"; readonly "X-Client-Version": string };
}

/** A phone of an owner who has just signed in, with a client whose types openapi-typescript made. */
export async function typedPhone(service: TestService): Promise<TypedPhone> {
  const keys = await generateKeys();
  const accessToken = await service.issuer.sign({ owner: "alice" });
  const proving: Middleware = {
    onRequest: async ({ request }) => {
      const { method, url } = request;
      const clock = { now: service.now, random: system.random };
      const proof = await makeProof({ method, url, accessToken, signing: keys.signing, system: clock });
      request.headers.set("Authorization", `Bearer ${accessToken}`);
      request.headers.set("DPoP", proof);
      return request;
    },
  };
  const client = createClient<paths>({ baseUrl: `${service.origin}/v1`, fetch: withLength });
  client.use(proving);
  const header = { "X-Client-Platform": "android", "X-Client-Version": "6.8.0" } as const;
  return { client, deviceId: await deviceId(publicJwk(keys.signing)), keys, header };
}

/** A body that is a stream is sent in chunks, without the length that the service asks for. */
async function withLength(request: Request): Promise<Response> {
  const { url, method, headers } = request;
  const body = request.body ? await request.text() : null;
  return await fetch(url, { method, headers, body });
}
