import { readFile } from "node:fs/promises";
import Module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type {
  Callback,
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  Metadata,
  ProgrammingModel,
} from "./messages.ts";

// Plays the Node.js worker of Azure Functions in a process of its own, with the app's folder as argument. It does
// what github.com/Azure/azure-functions-nodejs-worker does in setupCoreModule.ts, registerFunction.ts, startApp.ts,
// loadScriptFile.ts and InvocationHandler.ts, with two differences: messages come over Node's channel between
// processes instead of gRPC, and an app that can't be loaded ends the process.

const functions = new Map<string, { metadata: Metadata; callback: Callback }>();
let model: ProgrammingModel | undefined;
let started = false;

/** What `require("@azure/functions-core")` gives: as much of it as @azure/functions calls. */
const core = {
  log,
  setProgrammingModel: (given: ProgrammingModel) => {
    model = given;
  },
  registerFunction: (metadata: Metadata, callback: Callback) => {
    const { name } = metadata;
    if (started) throw new Error("A function can only be registered during app startup.");
    if (functions.has(name)) throw new Error(`A function with id "${name}" has already been registered.`);
    functions.set(name, { metadata, callback });
  },
};

Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (target, self, args) =>
    args[0] === "@azure/functions-core" ? core : Reflect.apply(target, self, args),
});

function log(_level: string, _category: string, message: string): void {
  process.stderr.write(`${message}\n`);
}

async function load(folder: string): Promise<FunctionMetadata[]> {
  const { main, type } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (type !== "module") throw new Error("the worker would load the app with require");
  await import(pathToFileURL(join(folder, main)).href);
  started = true;
  return [...functions].map(([functionId, { metadata }]) => ({
    functionId,
    rawBindings: Object.entries(metadata.bindings).map(([name, binding]) =>
      JSON.stringify({ ...binding, name }),
    ),
  }));
}

async function invoke(request: InvocationRequest): Promise<InvocationResponse> {
  const { invocationId, functionId } = request;
  const found = functions.get(functionId);
  if (!found || !model)
    throw new Error(`Function code for '${functionId}' is not loaded and cannot be invoked.`);
  const { metadata, callback } = found;
  const invocation = model.getInvocationModel({ invocationId, request, metadata, log });
  const { context, inputs } = await invocation.getArguments();
  const result = await invocation.invokeFunction(context, inputs, callback);
  return await invocation.getResponse(context, result);
}

const [, , folder = "."] = process.argv;
try {
  process.send?.(await load(folder));
  process.on("message", async (request: InvocationRequest) => process.send?.(await invoke(request)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
  process.disconnect();
}
