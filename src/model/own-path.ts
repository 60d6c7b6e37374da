import type { Spec } from "./service.ts";

/**
 * The path on its own port that a service is asked for over HTTP, or null where it is asked otherwise: by its port alone, in
 * another protocol, or elsewhere. Instances are judged by it as well, whatever else the status page looks at.
 */
export function ownPath({
  health,
  type,
  kind,
  template,
}: Pick<Spec, "health" | "type" | "kind" | "template">): string | null {
  if (health === undefined) return null;
  if (health.endpoint !== undefined) return health.endpoint.startsWith("/") ? health.endpoint : null;
  if ((health.targets ?? []).length > 0) return null;
  return template !== undefined || speaksHttp({ type, kind }) ? "/health" : null;
}

/** Whether a service of the kind is asked over HTTP where nothing else is said. */
export function speaksHttp({
  type,
  kind,
}: {
  readonly type: Spec["type"];
  readonly kind?: string | undefined;
}): boolean {
  if (type === "data") return kind === "search";
  return kind !== "email";
}
