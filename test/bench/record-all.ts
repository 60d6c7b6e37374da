import { impactTable } from "../../src/catalog/impacts.ts";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import { loadProject } from "../../src/catalog/load-project.ts";
import { localRefStore } from "../../src/git/local-ref-store.ts";
import { openRepository } from "../../src/git/repository.ts";
import { statCache } from "../../src/git/stat-cache.ts";
import { workingTree } from "../../src/git/working-tree.ts";
import { emptyState, type State } from "../../src/model/state.ts";
import { plan } from "../../src/plan/plan.ts";
import { timelineFor } from "../../src/rollout/strategies.ts";
import { stateStore } from "../../src/state/state-store.ts";
import { localProfile } from "../../src/targets/local/profile.ts";
import { applyInMemory } from "../plan/apply-in-memory.ts";

/*
 * `node record-all.ts FOLDER [ENVIRONMENT]` records every service of a repository as if it had been applied well, in one
 * swap and with nothing started: ten thousand services have nowhere to run in a bench. Ends with an error where a plan of
 * the same folder would not be empty afterwards, since the bench would then measure something else.
 */
const [folder, environment = "development"] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder?");

const repository = await openRepository(folder, process.env);
const tree = workingTree(repository, { cache: statCache(undefined), now: Date.now });
const { value: project } = await loadProject(tree);
// The generated services run commands, on the local target.
const templates = new Map<string, string>();
const { value: catalog, diagnostics } = await loadCatalog({
  tree,
  project,
  environment,
  templates,
  commit: null,
  dirty: true,
});
const errors = diagnostics.filter(({ severity }) => severity === "error");
if (errors[0]) throw new Error(`${errors.length} errors, the first: ${errors[0].summary}`);

const planFrom = (state: State) =>
  plan({
    catalog,
    state,
    stateOid: null,
    profile: localProfile,
    impacts: impactTable(),
    timelineOf: timelineFor,
    secretVersions: () => ({}),
    allowDestroy: new Set(),
  });
const first = planFrom(emptyState(environment));
const problem = first.diagnostics.find(({ severity }) => severity === "error");
if (problem) throw new Error(problem.summary);
const { services } = applyInMemory(emptyState(environment), first.plan);

const store = stateStore({ refs: localRefStore(repository), environment });
const { oid } = await store.read();
const message = `Record ${services.size} services as applied`;
const swap = await store.swap(oid, { services, message }, { run: "bench", nonce: "bench" });
if (swap.is !== "won") throw new Error(`the swap was not won: ${swap.is}`);
const left = planFrom((await store.read()).state).plan.steps;
if (left[0])
  throw new Error(`the plan is not empty: ${left.length} steps, the first: ${left[0].action} ${left[0].service}`);
await repository.close();
process.stdout.write(`recorded ${services.size} services of ${environment}\n`);
