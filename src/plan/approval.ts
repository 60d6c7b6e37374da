import type { Digest, ServiceId } from "../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../model/diagnostic.ts";
import { digestOf } from "../model/digest.ts";
import type { StepAction } from "../model/plan.ts";
import { stepDigest } from "./step-digest.ts";

/** What a plan file permits: exactly these steps, each for as long as its service's record is what it was. */
export interface Approval {
  readonly environment: string;
  readonly steps: ReadonlyMap<ServiceId, Digest>;
  readonly planDigest: Digest;
  readonly allowDestroy: ReadonlySet<ServiceId>;
}

/**
 * Reads a plan that `fairlead plan --out` wrote. Every digest in it is computed again from what it stands for, so that an
 * edited file is refused; what the file shows besides is not believed at all, since apply plans again and compares digests.
 */
export function approvalOf(json: unknown): Diagnosed<Approval | null> {
  if (!isRecord(json) || !isRecord(json["fairlead"]) || typeof json["format_version"] !== "string")
    return refused("this is no plan of Fairlead's", AGAIN);
  const version = json["format_version"];
  if (!/^1\.\d+$/.test(version))
    return refused(
      `the plan has format ${version.slice(0, 20)}, and this Fairlead reads 1.x`,
      "apply it with the Fairlead that made it, or make a new plan",
    );
  const { environment, digest, steps, allow_destroy: named } = json["fairlead"];
  if (typeof environment !== "string" || typeof digest !== "string" || !Array.isArray(steps) || !isTexts(named))
    return refused("the plan is not whole: its environment, digest, steps or permissions are missing", AGAIN);

  const approved = new Map<ServiceId, Digest>();
  for (const step of steps as readonly unknown[]) {
    const own = isRecord(step) && typeof step["digest"] === "string" ? step["digest"] : null;
    if (!isRecord(step) || own === null || own !== recomputed(step, environment))
      return refused(`the plan was edited: ${nameOf(step)} is not what its digest says`, AGAIN);
    const service = String(step["service"]);
    if (approved.has(service)) return refused(`the plan was edited: it has two steps for ${nameOf(step)}`, AGAIN);
    approved.set(service, own);
  }
  if (digestOf([...approved.values()].sort()) !== digest)
    return refused("the plan was edited: its steps are not those that its digest stands for", AGAIN);
  const stranger = named.find((service) => !approved.has(service));
  if (stranger !== undefined) return refused("the plan was edited: it permits what none of its steps does", AGAIN);
  return {
    value: { environment, steps: approved, planDigest: digest, allowDestroy: new Set(named) },
    diagnostics: [],
  };
}

const AGAIN = "make a new one: `fairlead plan --out plan.json`";

function recomputed(step: Readonly<Record<string, unknown>>, environment: string): Digest | null {
  const { service, action, prior, spec_digest: specDigest, artifact_digest: artifactDigest, secrets } = step;
  if (typeof service !== "string" || typeof action !== "string" || !isRecord(secrets)) return null;
  if (!isTexts(Object.values(secrets)) || ![prior, specDigest, artifactDigest].every(isDigest)) return null;
  return stepDigest({
    environment,
    service,
    action: action as StepAction,
    prior: prior as Digest | null,
    specDigest: specDigest as Digest | null,
    artifactDigest: artifactDigest as Digest | null,
    secrets: secrets as Readonly<Record<string, string>>,
  });
}

function refused(summary: string, hint: string): Diagnosed<null> {
  const diagnostic: Diagnostic = { code: "plan-file-invalid", severity: "error", summary, hint };
  return { value: null, diagnostics: [diagnostic] };
}

function nameOf(step: unknown): string {
  const service = isRecord(step) ? step["service"] : undefined;
  return typeof service === "string" && /^[a-z0-9-]{1,63}$/.test(service) ? `the step of \`${service}\`` : "a step";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isDigest(value: unknown): boolean {
  return value === null || (typeof value === "string" && /^[0-9a-f]{64}$/.test(value));
}
