import type { ServiceId } from "../model/basics.ts";
import type { DesiredStatus, Spec } from "../model/service.ts";

/** What runs, before any Git id is looked up. */
export type Runs =
  | { readonly is: "image"; readonly reference: string }
  | { readonly is: "files"; readonly source: string | null; readonly watch: readonly string[] }
  | { readonly is: "template"; readonly template: string }
  | { readonly is: "nothing" };

/** What the rules between services, and the order of a plan, need of one service: small, so that the cache can keep it at hand. */
export interface Facts {
  readonly id: ServiceId;
  readonly previousId?: ServiceId;
  readonly status: DesiredStatus;
  readonly external: boolean;
  readonly protected: boolean;
  readonly dependencies: readonly ServiceId[];
  readonly port: number | null;
  readonly hosts: readonly string[];
  readonly endpoints: readonly string[];
  readonly publishes: readonly string[];
  readonly subscribes: readonly string[];
  readonly runs: Runs;
}

export function factsOf(spec: Spec, previousId: unknown): Facts {
  return {
    id: spec.id,
    ...(typeof previousId === "string" ? { previousId } : {}),
    status: spec.status,
    external: spec.external === true,
    protected: spec.protected,
    dependencies: spec.dependencies,
    port: spec.networking?.port ?? null,
    hosts: spec.networking?.hosts ?? [],
    endpoints: spec.endpoints,
    publishes: spec.events?.publishes?.map(eventType) ?? [],
    subscribes: spec.events?.subscribes?.map(eventType) ?? [],
    runs: runsOf(spec),
  };
}

function runsOf(spec: Spec): Runs {
  if (spec.external === true) return { is: "nothing" };
  if (spec.image !== undefined) return { is: "image", reference: spec.image };
  if (spec.template !== undefined) return { is: "template", template: spec.template };
  if (spec.source === undefined && !spec.watch?.length) return { is: "nothing" };
  return { is: "files", source: spec.source ?? null, watch: spec.watch ?? [] };
}

function eventType(event: unknown): string {
  return (event as { readonly type: string }).type;
}
