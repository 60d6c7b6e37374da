import { expect, test } from "vitest";
import type { Project, SiteSpec } from "../../src/model/project.ts";
import { walkSchema } from "../support/schema-walk.ts";
import { readSchema } from "../support/schemas.ts";

const places = [...walkSchema(readSchema("fairlead"))];
const keysOf = (...path: string[]): string[] =>
  places
    .filter((place) => place.as === "property" && place.path.slice(0, -1).join() === path.join())
    .map((place) => place.path.at(-1) ?? "");

test("fairlead.yaml has the keys that the model has", () => {
  // The compiler holds these lists complete.
  const project: Readonly<Record<keyof Project, true>> = {
    project: true,
    services: true,
    environments: true,
    defaults: true,
    safety: true,
    health: true,
    site: true,
    notifications: true,
  };
  const site: Readonly<Record<keyof SiteSpec, true>> = {
    title: true,
    description: true,
    url: true,
    base: true,
    include: true,
    refresh: true,
    language: true,
    logo: true,
    accent: true,
    links: true,
  };
  expect(keysOf().sort()).toEqual(Object.keys(project).sort());
  expect(keysOf("site").sort()).toEqual(Object.keys(site).sort());
  expect(keysOf("safety")).toEqual(["max_delete_percent"]);
  expect(keysOf("environments", "*").sort()).toEqual(["apply", "approvers", "target"]);
});

test("what of fairlead.yaml nothing acts on yet is marked", () => {
  const marked = places.filter(({ node }) => node["x-enforced"] === false).map(({ path }) => path.join("."));
  expect(marked).toEqual([
    "environments.*.target.hosts",
    "environments.*.target.context",
    "environments.*.target.namespace",
  ]);
});
