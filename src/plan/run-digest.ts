import type { Digest } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import { IMPACTS } from "../model/impact.ts";
import type { Spec } from "../model/service.ts";
import { type Costs, leavesOf } from "./leaves.ts";

/**
 * Digest of all that a process of a release can see: the artifact, and every field whose change would cost a restart or
 * more (as schema and target say), with references to secrets at their versions. Instances of two releases that share it
 * are the same to everybody, so that one may adopt the other's (`in-place`). What it leaves out: description and owner,
 * replicas, what the edge does, how health is asked for, how rollouts go.
 */
export function runDigest(
  what: { readonly spec: Spec; readonly artifactDigest: Digest; readonly secrets: Readonly<Record<string, string>> },
  costs: Costs,
): Digest {
  const sees = leavesOf(what.spec, what.secrets, costs)
    .filter(({ impact }) => IMPACTS.indexOf(impact) >= IMPACTS.indexOf("restart"))
    .map(({ path, value }) => [path, value]);
  return digestOf({ artifact: what.artifactDigest, sees });
}
