import { restarts } from "../../plan/cost-words.ts";
import type { Label } from "../labels.ts";
import type { Review } from "../review.ts";
import { changesAnything, ofSeverity, ownSteps, problemsOf } from "./own-steps.ts";

/** What a reader of the list of pull requests should see of this one: few, the gravest first. */
export function labelsOf(review: Review): readonly Label[] {
  const steps = review.environments.flatMap((one) => ownSteps(one));
  const hasErrors = ofSeverity(problemsOf(review), "error").length > 0;
  const labels: readonly (readonly [Label, boolean])[] = [
    [ERRORS, hasErrors],
    [DELETES, steps.some(({ action }) => action === "delete")],
    [REPLACES, steps.some(({ action }) => action === "replace")],
    [RESTARTS, steps.some(restarts)],
    [NO_CHANGE, !changesAnything(review) && !hasErrors],
  ];
  return labels.flatMap(([label, applies]) => (applies ? [label] : []));
}

const ERRORS: Label = {
  name: "fairlead: errors",
  colour: "82071e",
  description: "Cannot be applied before its errors are fixed",
};
const DELETES: Label = {
  name: "fairlead: deletes",
  colour: "cf222e",
  description: "Deletes a service in some environment",
};
const REPLACES: Label = {
  name: "fairlead: replaces",
  colour: "bc4c00",
  description: "Replaces a service that cannot change in place",
};
const RESTARTS: Label = {
  name: "fairlead: restarts",
  colour: "d4a72c",
  description: "Restarts a service in some environment",
};
const NO_CHANGE: Label = { name: "fairlead: no change", colour: "d0d7de", description: "Changes nothing that runs" };
