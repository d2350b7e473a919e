import * as z from "zod";
import { publicJwk } from "../protocol/keys.ts";
import { ownerOfToken } from "../protocol/ownerId.ts";
import { type Devices, devicesSchema, type Registered, registeredSchema } from "./answers.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";
import { forgetCredentials } from "./state.ts";

/** The owner's phones, and this one among them. */
export function deviceActs({ state, name, deviceId, token, send, act }: Session) {
  return {
    async register(overrides?: Overrides): Promise<Result<Registered>> {
      const body = { name, sealingKey: publicJwk(state.keys.sealing) };
      const request = { method: "PUT", path: `/v1/devices/${deviceId}`, body };
      const result = readAnswer(await act(request, overrides), registeredSchema);
      if (!result.ok) return result;
      const { userId, referenceSalt, registeredAt } = result.body;
      if (userId !== ownerOfToken(await token())) throw new Error("registered for another owner");
      // It was revoked meanwhile: what was verified on it is not any more.
      if ((state.owner?.registeredAt ?? registeredAt) !== registeredAt) forgetCredentials(state);
      state.owner = { userId, referenceSalt, registeredAt };
      return result;
    },

    async devices(): Promise<Result<Devices>> {
      return readAnswer(await send({ method: "GET", path: "/v1/devices" }), devicesSchema);
    },

    async revoke(id: string, overrides?: Overrides): Promise<Result<undefined>> {
      return readAnswer(await act({ method: "DELETE", path: `/v1/devices/${id}` }, overrides), z.undefined());
    },
  };
}
