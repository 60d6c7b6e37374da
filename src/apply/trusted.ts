import type { ServiceId } from "../model/basics.ts";
import type { Catalog } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Observation } from "../model/fleet.ts";
import type { Release } from "../model/state.ts";
import type { Run } from "./run.ts";
import type { WorkDraft } from "./work.ts";

/** What is known of releases besides State. */
interface Known {
  readonly observation: Observation;
  readonly catalog: Catalog;
}

/**
 * The works of which every release that they might start is vouched for: made in this round, declared now, or by the commit
 * that it names. The others are refused and noted, since State alone is nobody's word; and on its word alone nothing is taken
 * away: that takes a step, which somebody approves.
 */
export async function trusted(run: Run, works: readonly WorkDraft[], known: Known): Promise<readonly WorkDraft[]> {
  const { vouch } = run.input;
  if (vouch === undefined) return works;
  const kept: WorkDraft[] = [];
  for (const work of works) {
    if (work.step === null && work.rollout?.strategy === "retire") {
      refuse(run, work, "State says that it is to be taken away, and nobody has approved that");
      continue;
    }
    const doubtful = releasesOf(work).filter((release) => !isDeclared(release, known.catalog));
    const unproven: Release[] = [];
    for (const release of doubtful)
      if (!(await vouch(release, { isRunning: isRunning(release, known.observation) }))) unproven.push(release);
    if (unproven.length === 0) kept.push(work);
    else refuse(run, work, inNoCommit(unproven));
  }
  return kept;
}

/** The recorded releases that a rollout may start instances of: what it brings in, and what it would go back to. */
function releasesOf({ rollout, release: made, record }: WorkDraft): readonly Release[] {
  if (rollout === null || record === null || rollout.strategy === "retire") return [];
  return record.releases.filter(
    ({ number }) => number !== made?.number && (number === rollout.to || number === rollout.from),
  );
}

export function isDeclared(release: Release, { services }: Catalog): boolean {
  const entry = services.get(release.service);
  return entry?.specDigest === release.specDigest && entry.artifactDigest === release.artifactDigest;
}

export function isRunning({ service, number, specDigest }: Release, { fleets }: Observation): boolean {
  const fleet = fleets.find((one) => one.service === service);
  return fleet?.groups.some((group) => group.release === number && group.spec === specDigest) === true;
}

function inNoCommit(unproven: readonly Release[]): string {
  const numbers = unproven.map(({ number }) => `r${number}`).join(" and ");
  return `what State records as ${numbers} of it is in no commit of the default branch`;
}

function refuse(run: Run, { service, step, why }: WorkDraft, says: string): void {
  const action = step?.action ?? (why === "resume" ? "resume" : "restore");
  run.note({ service, action, outcome: "refused", says, release: null });
  run.diagnostics.push(notVouchedFor(service, run.input.environment, says));
}

export function notVouchedFor(service: ServiceId, environment: string, says: string): Diagnostic {
  return {
    code: "release-not-vouched",
    severity: "error",
    service,
    environment,
    summary: `\`${service}\`: ${says}`,
    detail: "Anyone who can push the state branch can write there; only what was reviewed is started.",
    hint: "look who wrote it (`fairlead history`), then have it rebuilt from what runs: `fairlead state repair`",
  };
}
