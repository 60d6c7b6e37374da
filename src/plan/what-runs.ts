import type { Artifact } from "../model/catalog.ts";
import { shortDigest } from "../model/digest.ts";
import type { Spec } from "../model/service.ts";
import { shownValue } from "./shown-value.ts";

/** What a new service is, in one line: `node server.js in services/web, 2 instances, port 3000`. Not escaped. */
export function whatRuns({ spec, artifact }: { readonly spec: Spec; readonly artifact: Artifact }): string {
  const instances = spec.runtime.replicas === 1 ? "1 instance" : `${spec.runtime.replicas} instances`;
  const { port } = spec.networking ?? {};
  return [
    program(spec, artifact),
    ...(spec.external === true ? [] : [instances]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ].join(", ");
}

function program(spec: Spec, artifact: Artifact): string {
  if (spec.external === true) return "run by others";
  if (spec.image !== undefined) return `image ${spec.image}`;
  if (spec.template !== undefined)
    return `template ${spec.template}${artifact.kind === "template" ? ` ${shortDigest(artifact.version)}` : ""}`;
  const commands = spec.command ? [spec.command] : Object.values(spec.processes ?? {});
  const words = commands.map((command) => command.map((word) => shownValue(word)).join(" ")).join(" and ");
  return spec.source === undefined ? words : `${words} in ${spec.source}`;
}
