import * as z from "zod";
import { secureAddress } from "../shared/config/forms.ts";
import { type Options, type Surroundings, UsageError } from "./command.ts";
import { given } from "./place.ts";

/** What `GET operations/status` tells, as far as commands decide by it; `status` prints all of it. */
export const statusSchema = z.looseObject({
  keys: z.looseObject({
    /** The versions that new keys are wrapped under: full ids, one a vault. */
    current: z.array(z.string()),
    /** The versions that the entries of SERVICE_KEY name. */
    serviceKey: z.array(z.string()),
    /** How many items are under an older version, by its full id, or under an older service key. */
    older: z.record(z.string(), z.int()),
  }),
  rewrap: z.looseObject({
    /** Items that are still under another key. */
    left: z.int(),
    /** Whether no item names an older one any more, and no instance wraps under one. */
    settled: z.boolean(),
  }),
});

export type Status = z.infer<typeof statusSchema>;

const problemSchema = z.looseObject({
  code: z.string(),
  title: z.string().optional(),
  role: z.string().optional(),
});

/** The service's routes for operators. */
export interface OperatorClient {
  status(): Promise<Status>;
  post<Schema extends z.ZodType>(route: string, schema: Schema): Promise<z.infer<Schema>>;
  put(route: string, body: unknown): Promise<void>;
}

export async function openService(options: Options, surroundings: Surroundings): Promise<OperatorClient> {
  const origin = given("origin", options, surroundings).replace(/\/$/, "");
  if (!secureAddress.safeParse(origin).success) {
    throw new UsageError("--origin: https://host, or http on this machine: your token goes there");
  }
  const token = await tokenOf(surroundings);

  async function send(method: string, route: string, body?: unknown): Promise<unknown> {
    const { fetch, signal } = surroundings;
    const response = await fetch(`${origin}/v1/${route}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new UsageError(`${origin} can't be reached from here: look at --origin, network and DNS.`);
    });
    const answer = await response.json().catch(() => undefined);
    if (!response.ok) throw refusalOf(response.status, answer);
    return answer;
  }

  return {
    status: async () => read(statusSchema, await send("GET", "operations/status")),
    post: async (route, schema) => read(schema, await send("POST", route)),
    put: async (route, body) => void (await send("PUT", route, body)),
  };
}

function read<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.infer<Schema> {
  const { data, success } = schema.safeParse(answer);
  if (!success)
    throw new UsageError("The service answers in another form: it is of another release than this.");
  return data;
}

/** @throws {UsageError} there is none */
async function tokenOf({ variables, openCredential }: Surroundings): Promise<string> {
  if (variables.OPERATOR_TOKEN) return variables.OPERATOR_TOKEN;
  const audience = variables.OPERATIONS_AUDIENCE;
  if (!audience) {
    throw new UsageError(
      "neither OPERATOR_TOKEN nor OPERATIONS_AUDIENCE is set: a token for the service, or its application id, for which the Azure CLI gives one",
    );
  }
  const credential = await openCredential();
  const found = await credential.getToken(`${audience}/.default`).catch(() => null);
  if (!found) throw new UsageError(`The Azure CLI gives no token for ${audience}: az login.`);
  return found.token;
}

/** One line each: what is missing, and who can give it. */
function refusalOf(status: number, answer: unknown): Error {
  const { data } = problemSchema.safeParse(answer);
  switch (data?.code) {
    case "token-invalid":
    case "token-expired":
    case "token-missing":
      return new UsageError(
        "The service does not take your token: it has ended, or is for something else. az login, or set OPERATOR_TOKEN anew.",
      );
    case "operator-required":
      return new UsageError(
        "Your sign-in is none of an operator: it has to be with an issuer of kind operator in ISSUERS.",
      );
    case "role-required":
      return new UsageError(
        `The app role ${data.role ?? "Operations.Read or Operations.Act"} is missing: an owner of the service's app registration assigns it.`,
      );
    case undefined:
      return new UsageError(`The service answered ${status}, and nothing that can be read.`);
    default:
      return new UsageError(
        `The service answered ${status} ${data?.code}${data?.title ? `: ${data.title}` : ""}.`,
      );
  }
}
