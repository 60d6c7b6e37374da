import { readFileSync } from "node:fs";
import { packageRoot } from "./package-root.ts";

/** The version in Fairlead's own package.json. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(`${packageRoot()}/package.json`, "utf8")) as { version: string };
  return manifest.version;
}
