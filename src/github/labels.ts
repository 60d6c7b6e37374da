import type { GitHubClient, GitHubReader } from "./client.ts";
import { everyItem } from "./every-item.ts";
import { GitHubError } from "./github-error.ts";

/** Labels that begin so are ours; no other is ever touched. */
export const LABEL_PREFIX = "fairlead:";

export interface Label {
  /** Begins with `fairlead:`; at most 50 characters. */
  readonly name: string;
  /** Six hexadecimal digits, without `#`. */
  readonly colour: string;
  /** At most 100 characters. */
  readonly description: string;
}

/**
 * Makes the labels of ours on a pull request be exactly these. A label that the repository lacks is made; one that it has keeps
 * the colour that people gave it. Safe to repeat; what is right already is not written.
 */
export async function setLabels(client: GitHubClient, number: number, wanted: readonly Label[]): Promise<void> {
  if (wanted.some((label) => !isOurs(label.name))) throw new Error(`a label that does not begin with ${LABEL_PREFIX}`);
  const present = await labelsOf(client, number);
  const isWanted = (name: string): boolean => wanted.some((label) => isSame(label.name, name));
  for (const name of present) {
    if (isOurs(name) && !isWanted(name)) await removeLabel(client, number, name);
  }
  const missing = wanted.filter((label) => !present.some((name) => isSame(name, label.name)));
  for (const label of missing) await ensureLabel(client, label);
  if (missing.length === 0) return;
  const labels = missing.map((label) => label.name);
  // Adding a label that is there changes nothing, so this may be asked again.
  await client.rest.issues.addLabels({
    ...client.here,
    issue_number: number,
    labels,
    request: { retries: ADD_RETRIES_MAX },
  });
}

const ADD_RETRIES_MAX = 3;

async function labelsOf(client: GitHubReader, number: number): Promise<string[]> {
  const asked = { ...client.here, issue_number: number, per_page: 100 };
  const names: string[] = [];
  for await (const label of everyItem(client.paginate.iterator(client.rest.issues.listLabelsOnIssue, asked))) {
    names.push(label.name);
  }
  return names;
}

async function removeLabel(client: GitHubClient, number: number, name: string): Promise<void> {
  try {
    await client.rest.issues.removeLabel({ ...client.here, issue_number: number, name });
  } catch (error) {
    // Gone already: by somebody else, or by this very request, whose answer was lost.
    if (!(error instanceof GitHubError) || error.kind !== "not-found") throw error;
  }
}

async function ensureLabel(client: GitHubClient, { name, colour, description }: Label): Promise<void> {
  try {
    const label = { name, color: colour, description };
    await client.rest.issues.createLabel({ ...client.here, ...label, request: { retries: ADD_RETRIES_MAX } });
  } catch (error) {
    // 422 is how GitHub says that there is one of this name; whatever else it may mean, adding it will tell.
    if (!(error instanceof GitHubError) || error.status !== 422) throw error;
  }
}

function isOurs(name: string): boolean {
  return name.toLowerCase().startsWith(LABEL_PREFIX);
}

/** GitHub tells labels apart without case. */
function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
