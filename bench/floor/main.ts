import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { OperationName } from "../operations.ts";
import { openRows } from "./database.ts";
import { verifySigner } from "./proof.ts";
import { makeUnwrap, seal } from "./seal.ts";

// The floor of one operation: only what can't be left out of it. Arguments: the operation's name, and a folder for the
// database. Sends its port to the process that started it.

/** Bytes of what the service holds and answers. */
const OWNER = Buffer.alloc(1_400, "o");
const STATUS = Buffer.alloc(330, "s");
const ENVELOPE = Buffer.alloc(65_536, "e");
/** What the commit of a begun recovery writes: owner, recovery, idempotency key and proof. */
const BEGUN_BYTES = 2_200;

const [, , operation, folder = "."] = process.argv;
const rows = openRows(folder);
const unwrap = makeUnwrap();
const userKey = unwrap();

type Floor = (signer: string, request: IncomingMessage) => Promise<string | Uint8Array>;

const upload: Floor = async (signer, request) => {
  rows.write(signer, await readBody(request));
  return STATUS;
};

const floors: Record<OperationName, Floor> = {
  status: async (signer) => {
    readOrSeed(signer, OWNER);
    return STATUS;
  },
  "upload-12": upload,
  "upload-64k": upload,
  "upload-1m": upload,
  key: async (signer) => {
    readOrSeed(signer, OWNER);
    return seal(userKey);
  },
  "key-unwrap": async (signer) => {
    readOrSeed(signer, OWNER);
    return seal(unwrap());
  },
  recovery: async (signer, request) => {
    await readBody(request);
    readOrSeed(signer, OWNER);
    const envelope = readOrSeed(`${signer} envelope`, ENVELOPE);
    const sealed = seal(userKey);
    rows.write(`${signer} begun`, randomBytes(BEGUN_BYTES));
    return Buffer.concat([Buffer.from(sealed), envelope]);
  },
};

function readOrSeed(id: string, body: Uint8Array): Uint8Array {
  const found = rows.read(id);
  if (!found) rows.write(id, body);
  return found ?? body;
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
  });
}

const floor = floors[operation as OperationName];
const created = operation === "recovery" ? 201 : 200;
const server = createServer(async (request, response) => {
  const signer = verifySigner(String(request.headers.dpop));
  if (signer === undefined) return response.writeHead(401, { "content-length": 0 }).end();
  const answer = await floor(signer, request);
  response.writeHead(created, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(answer),
  });
  return response.end(answer);
});
// As long as the service's: on a busy machine, signing what is sent next takes longer than the 5 s that are the default.
server.keepAliveTimeout = 130_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.once("disconnect", () => process.exit());
