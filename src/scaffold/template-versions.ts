/**
 * `scaffold/` writes files: the code of a service from a template, a new service, a new repository, and what a release
 * runs. It promises that the same input gives the same bytes, that no value of a service file can become code, and that
 * nothing is overwritten. It decides nothing about what runs, and it never starts anything.
 */
import { digestOf } from "../model/digest.ts";
import { templateFiles, templateNames } from "./template-files.ts";

let versions: ReadonlyMap<string, string> | undefined;

/** Each template's version by name: a digest over its files, so that a changed template is a changed artifact. */
export function templateVersions(): ReadonlyMap<string, string> {
  versions ??= new Map(templateNames().map((name) => [name, digestOf(Object.fromEntries(templateFiles(name)))]));
  return versions;
}
