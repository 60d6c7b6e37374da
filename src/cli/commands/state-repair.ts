import { isDeepStrictEqual } from "node:util";
import { askTarget } from "../../apply/ask-target.ts";
import { type RepairedService, repairedState, servingOn } from "../../apply/repair-state.ts";
import { isDeclared, isRunning } from "../../apply/trusted.ts";
import { printableJson } from "../../diagnostics/printable-json.ts";
import { remoteBranches } from "../../git/branches.ts";
import type { ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Observation } from "../../model/fleet.ts";
import type { Release, State } from "../../model/state.ts";
import { rewriteState } from "../../state/rewrite-state.ts";
import { stateRef } from "../../state/state-store.ts";
import { connecting } from "../connect-target.ts";
import type { Face } from "../face.ts";
import { findDeclaring } from "../find-declaring.ts";
import { type Remains, remainsOfState } from "../newest-readable-state.ts";
import { type OpenEnvironment, openEnvironment } from "../open-environment.ts";
import { runIdentity } from "../run-identity.ts";
import { isUsable, refuse, showProblems } from "../show-diagnostics.ts";
import { rememberDeployed, stateProblems } from "../state-descent.ts";
import type { Terminal } from "../terminal.ts";
import { voucher } from "../vouch.ts";
import { openWorkspace, type Workspace } from "../workspace.ts";

/**
 * `fairlead state repair`: rebuilds a State that is lost, was moved by force, or cannot be read, of what is left of it, what runs,
 * and what Git declares. Shows what it would record, asks, and starts and stops nothing.
 */
export async function stateRepair(
  face: Face,
  options: { readonly environment: string; readonly yes?: boolean },
): Promise<number> {
  const { terminal } = face;
  const workspace = await openWorkspace(face);
  try {
    const opened = await openEnvironment(workspace, options.environment);
    if (opened.value === null) return refuse(terminal, opened.diagnostics);
    const environment = opened.value;
    const { refs } = await workspace.refsOf(environment.name);
    const ref = stateRef(environment.name);
    const { oid: tip } = await refs.read(ref);
    const remains = await remainsOfState(workspace, environment, tip);
    const seen = await observe(face, workspace, environment);
    if (!isUsable(seen.diagnostics)) return refuse(terminal, seen.diagnostics);
    showProblems(terminal, seen.diagnostics);
    const { run } = runIdentity(face);
    const at = new Date(face.clock.now()).toISOString();
    const made = await rebuilt(workspace, environment, { remains, observation: seen.observation, at, run });

    const wrong = await stateProblems(workspace, environment, { tip, deployed: [] });
    if (wrong.length === 0 && isAsItIs(remains, made.state)) {
      terminal.say(`There is nothing to repair: the State of ${environment.name} is what runs.`);
      if (terminal.json)
        terminal.result(printableJson({ environment: environment.name, repaired: false, state: tip, services: [] }));
      return 0;
    }
    show(terminal, environment.name, remains, made.services);
    if (!options.yes && !(await isWanted(terminal, environment.name))) return 1;
    let expected = tip;
    if (environment.remote !== null && remains.ground !== null && remains.ground !== tip) {
      const branches = remoteBranches(workspace.repository, environment.remote);
      const moved = await branches.move({ ref, expected: tip, oid: remains.ground });
      if (moved !== "done") return refuse(terminal, [tooBusy(environment.name)]);
      expected = remains.ground;
    }
    const message = `${run} rebuilds the State of ${environment.name} (epoch ${made.state.epoch})`;
    const swap = await rewriteState(refs, { ref, expected, state: made.state, at, message, run, nonce: face.nonce() });
    if (swap.is !== "won") return refuse(terminal, [tooBusy(environment.name)]);
    if (environment.remote !== null) await rememberDeployed(workspace, environment.name, swap.oid);
    terminal.say(
      `${terminal.style("green", "✓")} The State of ${environment.name} is rebuilt as ${swap.oid.slice(0, 12)}: look at \`fairlead plan -e ${environment.name}\`.`,
    );
    const { services } = made;
    if (terminal.json)
      terminal.result(printableJson({ environment: environment.name, repaired: true, state: swap.oid, services }));
    return 0;
  } finally {
    await workspace.close();
  }
}

async function observe(
  face: Face,
  workspace: Workspace,
  environment: OpenEnvironment,
): Promise<{ readonly observation: Observation | null; readonly diagnostics: readonly Diagnostic[] }> {
  const connector = await environment.kind.connector();
  const { value, diagnostics } = await connector.connect(connecting(face, workspace, environment), "find");
  if (value === null) return { observation: null, diagnostics };
  try {
    const asked = await askTarget(value.target, environment.name);
    const hidden = asked.value?.unreachable.length ?? 0;
    const problems = hidden === 0 ? asked.diagnostics : [unseen(environment.name, hidden)];
    return { observation: asked.value, diagnostics: [...diagnostics, ...problems] };
  } finally {
    await value.close();
  }
}

/** What of the earlier State can be believed, what serves besides and is found in Git, put together. */
async function rebuilt(
  workspace: Workspace,
  environment: OpenEnvironment,
  on: {
    readonly remains: Remains;
    readonly observation: Observation | null;
    readonly at: string;
    readonly run: string;
  },
): Promise<ReturnType<typeof repairedState>> {
  const { observation, at, run } = on;
  const earlier = on.remains.newest?.state ?? null;
  const believed = await believedOf(workspace, environment, { earlier, observation });
  const found = new Map<ServiceId, Release>();
  for (const [service, serving] of servingOn(observation)) {
    const known = earlier?.services
      .get(service)
      ?.releases.find(({ number, specDigest }) => number === serving.number && specDigest === serving.spec);
    if (known !== undefined && believed.has(known)) continue;
    const release = await findDeclaring(workspace, environment, { service, serving, at, run });
    if (release !== null) found.set(service, release);
  }
  const isBelieved = (release: Release): boolean => believed.has(release);
  return repairedState({ environment: environment.name, earlier, observation, isBelieved, found, at });
}

/** The releases of the earlier State that somebody vouches for; where only this machine can write State, all of them. */
async function believedOf(
  workspace: Workspace,
  environment: OpenEnvironment,
  { earlier, observation }: { readonly earlier: State | null; readonly observation: Observation | null },
): Promise<ReadonlySet<Release>> {
  const releases = [...(earlier?.services.values() ?? [])].flatMap((record) => record.releases);
  if (environment.remote === null) return new Set(releases);
  const vouch = voucher(workspace, environment, environment.remote);
  const { value: catalog } = await environment.declared();
  const nothing = { at: 0, fleets: [], foreign: [], unreachable: [] };
  const believed = new Set<Release>();
  for (const release of releases) {
    const isKnown = !catalog.dirty && isDeclared(release, catalog);
    if (isKnown || (await vouch(release, { isRunning: isRunning(release, observation ?? nothing) })))
      believed.add(release);
  }
  return believed;
}

/** Whether the tip can be read and records the very same. */
function isAsItIs({ tip, newest }: Remains, state: State): boolean {
  if (newest === null || newest.oid !== tip) return false;
  const bare = ({ services }: State) =>
    [...services.values()].map(({ service, stable, releases, rollout }) => ({
      service,
      stable,
      rollout,
      releases: releases.map(({ number, specDigest }) => [number, specDigest]),
    }));
  return isDeepStrictEqual(bare(newest.state), bare(state));
}

const WORDS: Readonly<
  Record<RepairedService["is"], readonly [color: "green" | "yellow", sign: string, words: string]>
> = {
  kept: ["green", "✓", "as State had it"],
  rebuilt: ["green", "+", "found in Git"],
  left: ["yellow", "!", "runs, and no commit that was looked through declares it: it is left alone and not recorded"],
  dropped: [
    "yellow",
    "-",
    "nothing of it runs, and no commit of the default branch declares what State had: forgotten",
  ],
};

function show(
  terminal: Terminal,
  environment: string,
  { newest }: Remains,
  services: readonly RepairedService[],
): void {
  terminal.say(
    newest === null
      ? `Nothing of the State of ${environment} can be read. It would be rebuilt of what runs and what Git declares:`
      : `The newest State of ${environment} that can be read is ${newest.oid.slice(0, 12)} of ${newest.at}. It would be rebuilt:`,
  );
  if (services.length === 0) terminal.say("  nothing runs and nothing is known: an empty State");
  const column = Math.max(0, ...services.map(({ service }) => service.length));
  for (const { service, is, release, commit } of services) {
    const [color, sign, words] = WORDS[is];
    const number = release === null ? "" : `r${release}  `;
    const where = is === "rebuilt" && commit !== null ? `: ${commit.slice(0, 12)}` : "";
    terminal.say(`  ${terminal.style(color, sign)} ${service.padEnd(column)}  ${number}${words}${where}`);
  }
  const { claim } = newest?.state ?? {};
  if (claim) terminal.say("Whoever is applying at this moment would have to stop.");
}

async function isWanted(terminal: Terminal, environment: string): Promise<boolean> {
  if (!terminal.interactive) {
    refuse(terminal, [needsYes()]);
    return false;
  }
  const { confirm } = await import("@clack/prompts");
  const message = `Record this as the State of ${environment}?`;
  const yes = (await confirm({ message, initialValue: false })) === true;
  if (!yes) terminal.say("Nothing was changed.");
  return yes;
}

function needsYes(): Diagnostic {
  return {
    code: "confirmation-needed",
    severity: "error",
    summary: "nobody is there to say yes to this State",
    hint: "add --yes",
  };
}

/** A State made of half of what runs would forget the other half. */
function unseen(environment: string, count: number): Diagnostic {
  const summary = `${count === 1 ? "1 service" : `${count} services`} of ${environment} cannot be seen on the target`;
  return { code: "target-unreachable", severity: "error", environment, summary, hint: "repair it when all can be" };
}

function tooBusy(environment: string): Diagnostic {
  const summary = `the State of ${environment} changed while it was being rebuilt`;
  return { code: "apply-busy", severity: "error", environment, summary, hint: "look again: run the command once more" };
}
