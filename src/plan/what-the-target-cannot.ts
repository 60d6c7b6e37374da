import type { CatalogEntry } from "../model/catalog.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Spec } from "../model/service.ts";
import type { TargetProfile } from "../model/target.ts";
import { hasVolumes, runs } from "./last-applied.ts";

interface Need {
  readonly can: "image" | "command" | "template" | "schedule" | "processes" | "volumes";
  readonly words: string;
  has(spec: Spec): boolean;
}

/** An image may be given another command: then the image alone is what is asked of the target. */
const NEEDS: readonly Need[] = [
  { can: "image", words: "run container images", has: ({ image }) => image !== undefined },
  { can: "command", words: "run commands", has: ({ command, image }) => command !== undefined && image === undefined },
  { can: "template", words: "run templates", has: ({ template }) => template !== undefined },
  { can: "schedule", words: "run jobs on a schedule", has: ({ schedule }) => schedule !== undefined },
  { can: "processes", words: "run several processes of one service", has: ({ processes }) => processes !== undefined },
  { can: "volumes", words: "keep volumes", has: hasVolumes },
];

/** What a service asks of its target that the target cannot do, each located where the file asks for it. */
export function whatTheTargetCannot(entry: CatalogEntry, profile: TargetProfile, environment: string): Diagnostic[] {
  const { spec } = entry;
  if (!runs(spec)) return [];
  return NEEDS.filter((need) => need.has(spec) && !profile.can.has(need.can)).map(({ can, words }) => ({
    code: "target-cannot-run",
    severity: "error",
    summary: `the target \`${profile.kind}\` of ${environment} cannot ${words}`,
    detail: `\`${entry.id}\` asks for it with \`${can}\`.`,
    hint: `say something else under \`environments.${environment}\` of this file, \`status: inactive\` or \`external: true\` for instance`,
    range: entry.rangeOf(can),
    service: entry.id,
    environment,
  }));
}
