import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "vitest";
import { localRefStore } from "../../../src/git/local-ref-store.ts";
import { openRepository } from "../../../src/git/repository.ts";
import type { State } from "../../../src/model/state.ts";
import { stateStore } from "../../../src/state/state-store.ts";
import { fairlead } from "../cli.ts";
import { BARE_ENVIRONMENT, git, temporaryFolder } from "../git-folder.ts";
import { freePorts, SERVER, serviceFile } from "../shop.ts";
import type { Action } from "./action.ts";
import { type Forge, forge } from "./forge.ts";
import type { RunOptions, RunResult } from "./run-options.ts";

export const ENVIRONMENTS = `project: shop
environments:
  staging: { target: { kind: local, allow_ephemeral: true } }
  production: { target: { kind: local, allow_ephemeral: true }, apply: { after: staging } }
`;

/** What `fairlead init` writes into an empty repository, with the lockfile that its \`npm install\` would add. */
async function initialised(): Promise<Record<string, string>> {
  const folder = temporaryFolder();
  const { code, stderr } = await fairlead(["init", "shop", "--no-install"], { cwd: folder });
  expect(code, stderr).toBe(0);
  const files: Record<string, string> = { "package-lock.json": "{}\n" };
  const root = join(folder, "shop");
  const visit = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      if (statSync(path).isDirectory()) visit(path);
      else files[relative(root, path)] = readFileSync(path, "utf8");
    }
  };
  visit(root);
  return files;
}

export interface Shop extends Forge {
  readonly ports: readonly number[];
  /** What Git records of an environment. */
  state(environment: string): Promise<State>;
  /** Starts the apply workflow by hand. */
  dispatch(inputs: Readonly<Record<string, string>>, options?: Partial<RunOptions>): Promise<readonly RunResult[]>;
  /** The digest of the plan of `main` for an environment, as anybody can work it out. */
  planDigest(environment: string): Promise<string>;
}

/** A shop of two services in its repository, nothing of it applied. */
export async function shop(
  environments = ENVIRONMENTS,
  plays: (workflow: string) => boolean = (name) => name !== "fairlead-site",
  actions: Readonly<Record<string, Action>> = {},
): Promise<Shop> {
  const ports = await freePorts(4);
  const [stock = 0, orders = 0] = ports;
  const { "services/hello.yaml": _, ...files } = await initialised();
  const more = (port: number | undefined): string => (environments.includes("production:") ? overlay(port) : "");
  const made = await forge(
    {
      ...files,
      "fairlead.yaml": environments,
      "services/stock.yaml": serviceFile("stock", stock, more(ports[2])),
      "services/stock/server.mjs": SERVER,
      "services/orders.yaml": serviceFile("orders", orders, `dependencies: [stock]\n${more(ports[3])}`),
      "services/orders/server.mjs": SERVER,
    },
    plays,
    actions,
  );
  return {
    ...made,
    ports,
    async state(environment) {
      const repository = await openRepository(bareAsFolder(made), BARE_ENVIRONMENT);
      const { state } = await stateStore({ refs: localRefStore(repository), environment }).read();
      await repository.close();
      return state;
    },
    dispatch(inputs, options) {
      const sha = git(made.server.folder, "rev-parse", "refs/heads/main");
      const payload = { ref: "refs/heads/main", inputs, workflow: ".github/workflows/fairlead-apply.yml" };
      return made.happens({ name: "workflow_dispatch", payload }, { sha, ref: "refs/heads/main" }, options);
    },
    async planDigest(environment) {
      const clone = bareAsFolder(made);
      const { stdout, stderr } = await fairlead(["plan", "--json", "-e", environment], { cwd: clone });
      expect(stderr).not.toContain("error");
      return (JSON.parse(stdout) as { fairlead: { digest: string } }).fairlead.digest;
    },
  };
}

/** Staging and production are one machine here, so they need ports of their own. */
export function overlay(port = 0): string {
  return `environments: { production: { networking: { port: ${port} } } }\n`;
}

/** A clone with the State branches as they are now. */
function bareAsFolder({ server }: Forge): string {
  const clone = join(temporaryFolder(), "clone");
  git(temporaryFolder(), "clone", "--quiet", server.folder, clone);
  git(clone, "fetch", "--quiet", "origin", "+refs/heads/fairlead-state/*:refs/heads/fairlead-state/*");
  return clone;
}

/** The stable release of each service. */
export function stable(state: State): Readonly<Record<string, string>> {
  return Object.fromEntries([...state.services].map(([id, { stable: number }]) => [id, `r${number}`]));
}

export function conclusions(runs: readonly RunResult[]): readonly string[] {
  return runs.map(({ name, conclusion }) => `${name} ${conclusion}`);
}
