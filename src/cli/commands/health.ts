import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { printableJson } from "../../diagnostics/printable-json.ts";
import { objectTree } from "../../git/commit-tree.ts";
import { hasCommit, isAncestor } from "../../git/revisions.ts";
import { HEALTH_REF, healthStore, type PublishedSite } from "../../health/history.ts";
import type { Oid } from "../../model/basics.ts";
import type { Diagnosed, Diagnostic } from "../../model/diagnostic.ts";
import type { Tree } from "../../model/tree.ts";
import { declaredRetention } from "../declared-retention.ts";
import type { Face } from "../face.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

interface HealthOptions {
  readonly environment: string;
}

/**
 * `fairlead health verify`: counts every figure once more, from the samples and sums that are kept: days against their hours,
 * months against their days, and what a built site publishes against all of it. Exit 1 on a difference.
 */
export async function healthVerify(face: Face, options: HealthOptions & { readonly site?: string }): Promise<number> {
  const { terminal } = face;
  const published: Diagnosed<PublishedSite | null> =
    options.site === undefined
      ? { value: null, diagnostics: [] }
      : publishedIn(resolve(face.directory, options.site), options.environment);
  if (published.diagnostics.length > 0) return refuse(terminal, published.diagnostics);
  return withStore(face, options, async (store) => {
    const differences = await store.verify(options.environment, published.value ?? undefined);
    showProblems(terminal, differences);
    const isRight = differences.every(({ severity }) => severity !== "error");
    if (terminal.json)
      terminal.result(printableJson({ environment: options.environment, verified: isRight, differences }));
    else if (isRight) {
      const services = published.value?.services.length ?? 0;
      const ofSite =
        options.site === undefined ? "" : `, and so is what the site says of ${count(services, "service")}`;
      terminal.say(`What is kept of ${options.environment} is what it is made of${ofSite}.`);
    }
    return isRight ? 0 : 1;
  });
}

/** `fairlead health compact`: counts samples that have left the window into their hours, days and months. */
export async function healthCompact(face: Face, options: HealthOptions): Promise<number> {
  const { terminal } = face;
  return withStore(face, options, async (store) => {
    const { value: moved, diagnostics } = await store.compact(options.environment);
    showProblems(terminal, diagnostics);
    if (terminal.json)
      terminal.result(printableJson({ environment: options.environment, segments: moved, diagnostics }));
    else terminal.say(`${count(moved, "segment")} counted into hours.`);
    return diagnostics.some(({ code }) => code === "health-not-stored") ? 1 : 0;
  });
}

async function withStore(
  face: Face,
  { environment }: HealthOptions,
  act: (store: ReturnType<typeof healthStore>) => Promise<number>,
): Promise<number> {
  const workspace: Workspace = await openWorkspace(face);
  try {
    const { project, diagnostics } = await workspace.look();
    // What is kept how long is declared: counted with other numbers, samples would be let go that are to be kept.
    if (!isUsable(diagnostics)) return refuse(face.terminal, diagnostics);
    const { refs } = await workspace.refsOf(environment);
    const retention = declaredRetention(project);
    const commits = (commit: Oid): Promise<Tree | null> => keptCommit(workspace, environment, commit);
    return await act(healthStore({ refs, random: face.nonce, clock: face.clock, retention, commits }));
  } finally {
    await workspace.close();
  }
}

/**
 * The files of a commit that refs/fairlead/health had: of its own history, or of what was let go last. Any other commit, of
 * whomever, proves nothing.
 */
async function keptCommit({ repository, refsOf }: Workspace, environment: string, commit: Oid): Promise<Tree | null> {
  const { refs } = await refsOf(environment);
  for (const ref of [HEALTH_REF, `${HEALTH_REF}-previous`]) {
    // Reading fetches: the commit may come with it.
    const { oid } = await refs.read(ref);
    if (oid === null || !(await hasCommit(repository, commit))) continue;
    if (oid === commit || (await isAncestor(repository, { ancestor: commit, commit: oid })))
      return objectTree(repository.objects, commit);
  }
  return null;
}

/** The figures of a built site. The file may come from anywhere: what has another shape differs, and says so. */
function publishedIn(folder: string, environment: string): Diagnosed<PublishedSite | null> {
  const wrong = (why: string): Diagnosed<null> => {
    const summary = `\`${join(folder, "data.json")}\` cannot be verified: ${why}`;
    const problem: Diagnostic = {
      code: "site-data-unreadable",
      severity: "error",
      summary,
      hint: "name the folder that `fairlead site build --out` wrote",
    };
    return { value: null, diagnostics: [problem] };
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(join(folder, "data.json"), "utf8"));
  } catch (error) {
    return wrong(error instanceof SyntaxError ? "it is no whole JSON document" : "it is not there");
  }
  if (typeof parsed !== "object" || parsed === null) return wrong("it is no JSON object");
  const { environment: of, generatedAt, services, history, ...data } = parsed as Readonly<Record<string, unknown>>;
  if (of !== environment) return wrong(`it is of ${JSON.stringify(of)}, not of ${environment}`);
  const at = typeof generatedAt === "string" ? Date.parse(generatedAt) : Number.NaN;
  if (Number.isNaN(at) || !Array.isArray(services)) return wrong("it says nothing of services");
  if (!services.every((one) => typeof one === "object" && one !== null && typeof one.id === "string"))
    return wrong("it holds a service without an id");
  const { verdict, counts, incidents } = data;
  const site = { generatedAt: at, services, verdict, counts, incidents };
  if (history === undefined) return { value: site, diagnostics: [] };
  if (typeof history !== "string" || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(history))
    return wrong("what it names as its history is no commit");
  return { value: { ...site, history }, diagnostics: [] };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
