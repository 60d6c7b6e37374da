import Handlebars from "handlebars";
import type { Spec } from "../model/service.ts";
import { templateFiles } from "./template-files.ts";

/** What a template needs of a service. */
export type TemplateSpec = Pick<Spec, "id" | "name"> &
  Partial<Pick<Spec, "description" | "template_options" | "dependencies" | "networking" | "health" | "endpoints">> & {
    readonly runtime?: Partial<Spec["runtime"]>;
  };

/** The port of a service that declares none; only in effect where nobody gives it PORT. */
const USUAL_PORT = 3000;
const USUAL_MIDDLEWARE = ["helmet", "cors", "rateLimit"];

/** A runnable service from a template: content by path, sorted. The same input gives the same bytes. */
export function renderTemplate({
  template,
  spec,
}: {
  readonly template: string;
  readonly spec: TemplateSpec;
}): ReadonlyMap<string, string> {
  const handlebars = Handlebars.create();
  handlebars.registerHelper("json", (value: unknown) => new handlebars.SafeString(codeOf(value)));
  const context = { config: configOf(spec) };
  const rendered = [...templateFiles(template)].map(([path, content]) => {
    if (!path.endsWith(".hbs")) return [path, content] as const;
    return [path.slice(0, -".hbs".length), handlebars.compile(content, { strict: true })(context)] as const;
  });
  return new Map(rendered.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A value as JSON that is also JavaScript, and that closes no `<script>` should anybody put it into a page. */
function codeOf(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function configOf(spec: TemplateSpec) {
  const features = (spec.template_options?.features ?? []).map((feature) => feature.toLowerCase());
  const structure = spec.template_options?.structure ?? {};
  const routes = words(structure["routes"]) ?? ["items"];
  const required = features.includes("authentication");
  return {
    id: spec.id,
    name: spec.name,
    description: spec.description ?? "",
    port: spec.networking?.port ?? USUAL_PORT,
    // `auth` is no list of things: it is the accounts that the other routes may ask for.
    routes: routes
      .filter((name) => name !== "auth")
      .map((name) => ({ name, encoded: encodeURIComponent(name.toWellFormed()) })),
    middleware: words(structure["middleware"]) ?? USUAL_MIDDLEWARE,
    authentication: { routes: required || routes.includes("auth"), required },
    checks: spec.health?.checks ?? [],
    dependencies: spec.dependencies ?? [],
    corsOrigins: spec.networking?.cors_origins ?? [],
    memoryLimit: spec.runtime?.memory_limit ?? null,
  };
}

function words(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
