import type { Digest } from "../../model/basics.ts";
import { digestOf } from "../../model/digest.ts";
import type { Review } from "../review.ts";
import { ownSteps, problemsOf } from "./own-steps.ts";

/**
 * What a comment is about: the steps of this pull request in each environment, and its errors and warnings. A comment with the
 * same digest is edited in place. So neither a line that moved, nor a note, nor a destroy that somebody confirmed, nor what others
 * merged meanwhile makes a second comment.
 */
export function commentDigest(review: Review): Digest {
  const problems = problemsOf(review)
    .filter(({ severity }) => severity !== "info")
    .map(({ code, severity, summary, range, service }) => [
      code,
      severity,
      summary,
      range?.file ?? null,
      service ?? null,
    ])
    .map((problem) => JSON.stringify(problem));
  const environments = review.environments.map((environment) => ({
    name: environment.name,
    hasPlan: environment.plan !== null,
    steps: ownSteps(environment)
      .map(({ digest }) => digest)
      .sort(),
  }));
  return digestOf({ environments, problems: [...new Set(problems)].sort() });
}
