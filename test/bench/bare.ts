import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";

/**
 * The bare minimum that any tool over these files must pay: read, parse with the same parser, validate with the compiled
 * schema. `node bare.ts FOLDER SCHEMA`.
 */
const [folder, schemaFile] = process.argv.slice(2) as [string, string];
const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")));
let valid = 0;
for (const name of readdirSync(join(folder, "services"))) {
  if (validate(load(readFileSync(join(folder, "services", name), "utf8")))) valid++;
}
if (valid === 0) process.exitCode = 1;
process.stdout.write(`${valid} valid\n`);
