import { writeFile } from "node:fs/promises";
import { openApiText } from "./openapi/document.ts";

// Writes docs/openapi.json, which the service serves: a test fails where it differs from the declarations.
await writeFile(new URL("../docs/openapi.json", import.meta.url), openApiText());
