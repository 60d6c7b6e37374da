import { dump, load } from "js-yaml";
import { loadCatalog } from "../../../src/catalog/load-catalog.ts";
import type { CommentInput } from "../../../src/github/comment/comment-input.ts";
import type { EnvironmentReview, Review } from "../../../src/github/review.ts";
import type { Catalog } from "../../../src/model/catalog.ts";
import type { Diagnostic } from "../../../src/model/diagnostic.ts";
import type { EnvironmentSpec, Project } from "../../../src/model/project.ts";
import { emptyState, type State } from "../../../src/model/state.ts";
import { safetyGate } from "../../../src/plan/safety-gate.ts";
import { applied, planOf } from "../../plan/planning.ts";
import { project } from "../../support/builders.ts";
import { type MemoryFile, memoryTree } from "../../support/memory-tree.ts";

/** Services by id as their files say it, `code` being what their source folder holds; a text is a whole file as it stands. */
export type Files = Readonly<Record<string, string | Readonly<Record<string, unknown>> | null>>;

export interface Situation {
  /** Environments and when each is applied, in the order of promotion. */
  readonly environments?: Readonly<Record<string, EnvironmentSpec["apply"]>>;
  /** What State records, in every environment or by name. Null: nothing yet. */
  readonly recorded: Files | null;
  /** What the base branch declares; what is recorded unless given. */
  readonly base?: Files;
  readonly declared: Files;
  /** Services named with `/fairlead allow-destroy`. */
  readonly named?: readonly string[];
  /** Services whose declared release has failed before, and why. */
  readonly held?: Readonly<Record<string, string>>;
  readonly diagnostics?: readonly Diagnostic[];
}

export const HEAD = "4f5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3d2";
const BASE = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
const STATE = "9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";

/** The review of a pull request, planned as the real one is, from files and a State in memory. */
export async function reviewOf(situation: Situation): Promise<Review> {
  const when = situation.environments ?? { staging: "on_merge", production: "manual" };
  const own = Object.fromEntries(
    Object.entries(when).map(([name, apply]) => [name, { target: { kind: "sim" }, apply, approvers: [] }]),
  );
  const rules: Project = { ...project, environments: own };
  const environments = Object.keys(when).map((name) => environmentOf(name, rules, situation));
  return {
    head: HEAD,
    base: BASE,
    diagnostics: situation.diagnostics ?? [],
    environments: await Promise.all(environments),
  };
}

/** What else a comment is made of, with the usual links. */
export function inputOf(review: Review, over: Partial<CommentInput> = {}): CommentInput {
  const links = {
    server: "https://github.com",
    repository: "acme/shop",
    runUrl: "https://github.com/acme/shop/actions/runs/42",
    version: "0.1.0",
  };
  return { review, links, others: new Map(), previous: null, ...over };
}

const SECRETS = { secretVersions: () => ({ DATABASE_URL: "5f2a90c1", MAIL_TOKEN: "77b1e0aa" }) };

async function environmentOf(name: string, rules: Project, situation: Situation): Promise<EnvironmentReview> {
  const { recorded, declared, named = [], held = {} } = situation;
  const catalogOf = (files: Files) => catalogFrom(files, name, rules);
  const now = await catalogOf(declared);
  const before = await catalogOf(recorded ?? {});
  const state = withHeld(applied(before.catalog, emptyState(name), SECRETS), now.catalog, held);
  const allowDestroy = new Set(named);
  const over = { ...SECRETS, allowDestroy, stateOid: recorded === null ? null : STATE };
  const { plan, diagnostics } = planOf(now.catalog, state, over);
  const base = planOf((await catalogOf(situation.base ?? recorded ?? {})).catalog, state, over).plan;
  const digests = new Map(base.steps.map(({ service, digest }) => [service, digest]));
  const pending = plan.steps.filter(({ service, digest }) => digests.get(service) === digest);
  return {
    name,
    apply: rules.environments[name]?.apply ?? "manual",
    plan,
    pending: new Set(pending.map(({ service }) => service)),
    diagnostics: [...now.diagnostics, ...diagnostics],
    safety: safetyGate(plan, { project: rules, environment: name, recordedCount: state.services.size, allowDestroy }),
  };
}

function withHeld(state: State, { services }: Catalog, held: Readonly<Record<string, string>>): State {
  const records = [...state.services].map(([id, record]) => {
    const entry = services.get(id);
    const reason = held[id];
    if (entry === undefined || reason === undefined) return [id, record] as const;
    const { specDigest, artifactDigest } = entry;
    const release = record.nextRelease;
    return [
      id,
      { ...record, nextRelease: release + 1, held: { release, specDigest, artifactDigest, reason, at: "" } },
    ] as const;
  });
  return { ...state, services: new Map(records) };
}

async function catalogFrom(
  files: Files,
  environment: string,
  rules: Project,
): Promise<{ readonly catalog: Catalog; readonly diagnostics: readonly Diagnostic[] }> {
  const all: Record<string, MemoryFile> = {};
  for (const [id, given] of Object.entries(files)) {
    if (typeof given === "string") {
      all[`services/${id}.yaml`] = given;
      all[`code/${id}/server.js`] = "v1";
      continue;
    }
    const { code = "v1", source = `code/${id}`, ...own } = given ?? {};
    const runs = own["template"] ?? own["image"] ?? own["external"];
    const what = runs === undefined ? { command: ["node", "server.js"], source } : {};
    all[`${String(source)}/server.js`] = String(code);
    all[`services/${id}.yaml`] = dump({ id, name: id, type: "api", ...what, ...own });
  }
  const loaded = await loadCatalog({
    tree: memoryTree(all),
    project: rules,
    environment,
    templates: new Map([["express", "1"]]),
    commit: HEAD,
    dirty: false,
  });
  return { catalog: loaded.value, diagnostics: loaded.diagnostics };
}

export interface Case extends Situation {
  /** Other open pull requests by the services that they touch. */
  readonly others?: Readonly<Record<string, readonly number[]>>;
  /** What the pull request declared when the last comment was written. */
  readonly before?: Files;
}

/** A case's file: settings, then what is recorded, on the base branch, shown before, and declared, a divider each. */
export function situationIn(text: string): Case {
  const [head = "", ...parts] = text.split(/^--- (?=\w+$)/m);
  const part = (name: string): Files | undefined => {
    const found = parts.find((one) => one.startsWith(`${name}\n`));
    return found === undefined ? undefined : ((load(found.slice(name.length)) ?? {}) as Files);
  };
  const base = part("base");
  const before = part("before");
  return {
    ...((/^\w/m.test(head) ? load(head) : {}) as Partial<Situation>),
    recorded: part("recorded") ?? null,
    ...(base === undefined ? {} : { base }),
    ...(before === undefined ? {} : { before }),
    declared: part("declared") ?? {},
  };
}
