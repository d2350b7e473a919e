/**
 * What host and worker say to each other, and what the worker asks of @azure/functions: as much as the tests use of
 * FunctionRpc.proto (github.com/Azure/azure-functions-language-worker-protobuf) and of @azure/functions-core, which
 * has its types nowhere but in the worker.
 */
export interface FunctionMetadata {
  readonly functionId: string;
  /** JSON: what the host reads of each binding. */
  readonly rawBindings: readonly string[];
}

export interface Nullable {
  readonly value: string;
}

/** A request under the capability UseNullableValueDictionaryForHttp, which the worker declares. */
interface RpcHttpRequest {
  readonly method: string;
  readonly url: string;
  readonly nullableHeaders: Readonly<Record<string, Nullable>>;
  readonly nullableParams: Readonly<Record<string, Nullable>>;
  readonly nullableQuery: Readonly<Record<string, Nullable>>;
  readonly body?: { readonly bytes: Uint8Array };
}

interface RpcHttpResponse {
  readonly statusCode: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly bytes: Uint8Array };
}

export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly { readonly name: string; readonly data: { readonly http: RpcHttpRequest } }[];
}

export interface InvocationResponse {
  readonly invocationId: string;
  readonly returnValue: { readonly http: RpcHttpResponse };
}

export interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, object>>;
}

export type Callback = (...inputs: unknown[]) => unknown;

export interface ProgrammingModel {
  getInvocationModel(context: {
    readonly invocationId: string;
    readonly request: InvocationRequest;
    readonly metadata: Metadata;
    readonly log: (level: string, category: string, message: string) => void;
  }): InvocationModel;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}
