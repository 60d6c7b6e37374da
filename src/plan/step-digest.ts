import type { Digest, ServiceId } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { StepAction } from "../model/plan.ts";

/** All that an approval of a step binds to; each part is in the plan file, so that the digest can be checked there. */
export interface StepIdentity {
  readonly environment: string;
  readonly service: ServiceId;
  readonly action: StepAction;
  readonly prior: Digest | null;
  readonly specDigest: Digest | null;
  readonly artifactDigest: Digest | null;
  /** Versions of the secrets used, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The digest that an approval names. Head commit and state id are not in it: they change without the step changing. */
export function stepDigest(identity: StepIdentity): Digest {
  const { environment, service, action, prior, specDigest, artifactDigest, secrets } = identity;
  return digestOf({ environment, service, action, prior, specDigest, artifactDigest, secrets });
}
