import type { ProblemCode } from "../errors/catalogue.ts";
import {
  type Declaration,
  type Endpoint,
  isForPhones,
  isForRole,
  type PhoneAccess,
  type RoleAccess,
} from "./endpoint.ts";

/** Every problem that an endpoint can give: its own, and what its caller and the pipeline add. */
export function problemsOf(endpoint: Endpoint): ReadonlySet<ProblemCode> {
  const { declaration } = endpoint;
  return new Set<ProblemCode>([
    ...ANYWHERE,
    ...toInput(declaration),
    ...(isForPhones(endpoint) ? toPhones(endpoint.access, declaration) : []),
    ...(isForRole(endpoint) ? toRoles(endpoint.access) : []),
    ...declaration.problems,
  ]);
}

const ANYWHERE: readonly ProblemCode[] = ["internal", "store-unavailable", "data-unreadable"];

function toInput({ params, query, headers, confirm, body }: Declaration): readonly ProblemCode[] {
  return [
    ...(params || query ? (["parameter-invalid"] as const) : []),
    ...(headers ? (["header-invalid"] as const) : []),
    ...(confirm ? (["confirmation-required"] as const) : []),
    ...(body ? TO_BODIES : []),
  ];
}

const TO_BODIES: readonly ProblemCode[] = [
  "length-required",
  "body-too-large",
  "content-encoding-unsupported",
  "content-type-unsupported",
  "body-missing",
  "json-invalid",
  "json-too-deep",
  "json-too-many-members",
  "json-duplicate-key",
  "json-invalid-number",
  "json-invalid-string",
  "private-key-refused",
  "body-invalid",
];

/** What callers/phone.ts refuses, and what a commit can meet. */
function toPhones(
  { proof, registered, stepUp, standing, frozen, oldApps, idempotencyKey }: PhoneAccess,
  { method }: Declaration,
): readonly ProblemCode[] {
  return [
    ...SIGN_IN,
    ...(oldApps === "refused" ? (["app-version-unsupported"] as const) : []),
    ...(registered === "no" ? [] : (["device-not-registered"] as const)),
    ...(standing === "registered" ? [] : (["trust-required"] as const)),
    ...(frozen === "goes-on" ? [] : (["backup-frozen"] as const)),
    ...(stepUp === "not-needed" ? [] : (["step-up-required"] as const)),
    ...(idempotencyKey ? (["idempotency-key-invalid", "idempotency-key-reused"] as const) : []),
    ...(proof === "read" && method === "GET" ? [] : (["proof-replayed"] as const)),
  ];
}

/** What callers/role.ts refuses. */
function toRoles({ caller, idempotencyKey }: RoleAccess): readonly ProblemCode[] {
  return [
    ...TOKEN,
    `${caller}-required`,
    "role-required",
    "too-many-requests",
    ...(idempotencyKey ? (["idempotency-key-invalid"] as const) : []),
  ];
}

const TOKEN = [
  "token-missing",
  "token-invalid",
  "token-expired",
  "sign-in-unavailable",
] as const satisfies readonly ProblemCode[];

/** Refused tries are counted, on any route: so any can be busy. */
const SIGN_IN: readonly ProblemCode[] = [
  ...TOKEN,
  "work-account-refused",
  "provider-refused",
  "operator-refused",
  "client-platform-invalid",
  "client-version-invalid",
  "client-platform-changed",
  "proof-missing",
  "proof-invalid",
  "proof-expired",
  "too-many-refusals",
  "too-many-tries",
  "too-many-requests",
  "busy",
];
