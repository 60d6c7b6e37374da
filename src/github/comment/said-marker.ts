import type { Digest, ServiceId } from "../../model/basics.ts";
import type { Review } from "../review.ts";
import type { Previous, PreviousEnvironment } from "./comment-input.ts";
import { ownSteps } from "./own-steps.ts";

/** How much of a comment the marker may take. */
const MARKER_MAX = 8_000;
/** Digits kept of a step's digest: enough to see that it differs. */
const KEPT = 8;
const ENVIRONMENTS_MAX = 50;

/**
 * The last lines of a comment, which no reader sees: what it said, so that the next one can tell what differs. Ids and digests
 * alone; what has another form (a State can hold it) is left out, and so are the steps where there are too many.
 */
export function writeMarker(review: Review, digest: Digest): string {
  const environments = review.environments.filter(({ name }) => ID.test(name)).slice(0, ENVIRONMENTS_MAX);
  const line = (environment: (typeof environments)[number], isWhole: boolean): string => {
    const steps = ownSteps(environment).filter(({ service }) => ID.test(service));
    const kept = steps.map((step) => ` ${step.service}:${step.digest.slice(0, KEPT)}`).join("");
    return `${environment.name} =${isWhole ? kept : " many"}`;
  };
  const marker = (isWhole: boolean): string =>
    [`${OPENING}${digest} ${review.head}`, ...environments.map((one) => line(one, isWhole)), CLOSING].join("\n");
  const whole = marker(true);
  return whole.length <= MARKER_MAX ? whole : marker(false);
}

/**
 * What a comment's marker says; null where it has none that is whole. Whoever may edit the comment may have written it: it is
 * read from the very end alone, within bounds, and nothing but ids and digests can come out of it.
 */
export function readMarker(body: string): Previous | null {
  const text = body
    .slice(-MARKER_MAX - 100)
    .replaceAll("\r\n", "\n")
    .trimEnd();
  const from = text.lastIndexOf(OPENING);
  if (from === -1 || !text.endsWith(`\n${CLOSING}`)) return null;
  const [head = "", ...lines] = text.slice(from + OPENING.length, -CLOSING.length - 1).split("\n");
  const about = /^([0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64})$/.exec(head);
  if (about === null || lines.length > ENVIRONMENTS_MAX) return null;
  const environments = new Map<string, PreviousEnvironment>();
  for (const line of lines) {
    const [name = "", sign, ...words] = line.split(" ");
    if (!ID.test(name) || sign !== "=") return null;
    const steps = words.length === 1 && words[0] === "many" ? null : stepsIn(words);
    if (steps === undefined) return null;
    environments.set(name, { steps });
  }
  return { digest: about[1] ?? "", head: about[2] ?? "", environments };
}

const OPENING = "<!-- fairlead:said 1 ";
const CLOSING = "-->";
/** An RFC 1123 label: it cannot hold what ends a comment of HTML. */
const ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function stepsIn(words: readonly string[]): ReadonlyMap<ServiceId, string> | undefined {
  const steps = new Map<ServiceId, string>();
  for (const word of words) {
    const [id = "", digest = "", ...more] = word.split(":");
    if (!ID.test(id) || !/^[0-9a-f]{8}$/.test(digest) || more.length > 0) return undefined;
    steps.set(id, digest);
  }
  return steps;
}
