import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fairlead } from "../support/cli.ts";
import { git, temporaryFolder } from "../support/git-folder.ts";
import { createGithubAppToken, type PlayedApp } from "../support/workflows/actions/create-github-app-token.ts";
import { pages } from "../support/workflows/actions/pages.ts";
import { switchOff } from "../support/workflows/orphans.ts";
import type { RunResult } from "../support/workflows/run-options.ts";
import { runWorkflow } from "../support/workflows/run-workflow.ts";
import { conclusions, shop } from "../support/workflows/shop-forge.ts";

/*
 * What nobody is there to see: the workflows that the clock starts, and the one that other repositories call. They are those
 * that `fairlead init` writes, run against a GitHub that is played.
 */

/** Several workflows, each with real processes: minutes on a machine that others use. */
const STORY_MAX_MS = 600_000;

const STAGING = "project: shop\nenvironments:\n  staging: { target: { kind: local } }\n";

/** A shop whose staging runs on a machine of one's own, with its workflows as the repository has set them up. */
async function running() {
  const site = pages();
  const made = await shop(STAGING, () => true, site.actions);
  const machine = { label: "deploys", folder: temporaryFolder("fairlead-machine-") };
  const own = { machine, vars: { FAIRLEAD_RUNNER: machine.label } };
  onTestFinished(() => switchOff(machine.folder));
  const apply = (digest: string): Promise<readonly RunResult[]> =>
    made.dispatch({ environment: "staging", digest }, own);
  expect(conclusions(await apply(await made.planDigest("staging")))).toContain("fairlead-apply success");
  return {
    ...made,
    site,
    own,
    apply,
    /** Ends what runs on the machine, as somebody who is logged in there may. */
    async stopBehindItsBack() {
      const workspace = join(machine.folder, "work", "shop");
      const env = { RUNNER_ENVIRONMENT: "self-hosted", RUNNER_WORKSPACE: workspace };
      const { code, stderr, stdout } = await fairlead(["down", "-e", "staging"], { cwd: join(workspace, "shop"), env });
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("2 instances stopped");
    },
  };
}

const logOf = (runs: readonly RunResult[]): string =>
  runs.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.map(({ log }) => log))).join("\n");

describe("drift", () => {
  test("opens one issue for what was changed behind Fairlead's back, and closes it when it is as it was", {
    timeout: STORY_MAX_MS,
  }, async () => {
    const { github, own, apply, scheduled, stopBehindItsBack } = await running();
    const look = (): Promise<readonly RunResult[]> => scheduled("fairlead-drift", own);
    const quiet = await look();
    expect(conclusions(quiet)).toEqual(["fairlead-drift success"]);
    expect(logOf(quiet)).toContain("staging runs as it was applied.");
    expect(github.world.issues).toEqual([]);

    await stopBehindItsBack();
    const first = await look();
    expect(conclusions(first)).toEqual(["fairlead-drift success"]);
    expect(github.world.issues).toMatchObject([
      {
        state: "open",
        author: "github-actions[bot]",
        title: "staging is not what was applied: 2 services",
        labels: ["fairlead: drift"],
      },
    ]);
    const body = github.world.issues[0]?.body ?? "";
    expect(body).toContain("| `stock` | drifted | r1 | nothing of it runs");
    expect(body).toContain("run the apply workflow for `staging`");
    await look();
    expect(github.world.issues, "the same is said once").toHaveLength(1);
    expect(github.world.comments).toEqual([]);

    // What the issue says to do.
    expect(conclusions(await apply(""))).toContain("fairlead-apply success");
    const last = await look();
    expect(logOf(last)).toContain("staging runs as it was applied again: closed #1.");
    expect(github.world.issues).toMatchObject([{ state: "closed" }]);
    expect(github.world.comments.map(({ body: said }) => said).join()).toContain("runs as it was applied again");
  });
});

describe("health and the status site", () => {
  test("samples end at the remote, a service that fails fails the run, and the site shows it", {
    timeout: STORY_MAX_MS,
  }, async () => {
    const { server, site, own, scheduled, stopBehindItsBack, github } = await running();
    const samples = (): string => git(server.folder, "for-each-ref", "--format=%(objectname)", "refs/fairlead/health");
    expect(samples()).toBe("");
    const good = await scheduled("fairlead-health", own);
    expect(conclusions(good)).toContain("fairlead-health success");
    expect(logOf(good)).toMatch(/✓ stock +GET \/health +200/);
    const kept = samples();
    expect(kept).toMatch(/^[0-9a-f]{40}$/);

    await stopBehindItsBack();
    const bad = await scheduled("fairlead-health", own);
    expect(conclusions(bad)).toContain("fairlead-health failure");
    expect(logOf(bad)).toMatch(/✗ stock/);
    expect(samples(), "what failed is recorded, too").not.toBe(kept);
    expect(github.world.issues.map(({ title }) => title).sort()).toEqual([
      "staging: orders is down",
      "staging: stock is down",
    ]);
    expect(git(server.folder, "merge-base", "--is-ancestor", kept, samples())).toBe("");

    expect(conclusions(bad), "a failure is what the site is for").toContain("fairlead-site success");
    const page = site.published.at(-1) ?? "";
    expect(existsSync(join(page, "index.html"))).toBe(true);
    expect(readFileSync(join(page, "index.html"), "utf8")).toContain("stock");
  });
});

describe("a new image", () => {
  const DIGESTS = ["a", "b", "c"].map((letter) => `sha256:${letter.repeat(64)}`);
  const [BEFORE = "", FIRST = "", SECOND = ""] = DIGESTS.map((digest) => `ghcr.io/acme/web@${digest}`);
  const WEB = `id: web
name: web # kept by people
type: api
image:   ${BEFORE}   # set by the pipeline
networking: { port: 18080 }
`;
  const APP: PlayedApp = {
    clientId: "Iv1.0123456789abcdef",
    privateKey: "canary-of-a-private-key",
    slug: "acme-images",
    permissions: { contents: "write", "pull-requests": "write", checks: "write" },
  };

  /** The shop, and what the pipeline of another repository does after a push to the registry. */
  async function called() {
    const made = await shop(STAGING);
    made.push("main", { "services/web.yaml": WEB });
    const { github, server } = made;
    const call = (
      image: string,
      secrets = { app_id: APP.clientId, private_key: APP.privateKey },
    ): Promise<RunResult> => {
      const path = ".github/workflows/fairlead-set-image.yml";
      return runWorkflow({
        yaml: made.show("refs/heads/main", path),
        path,
        // With a workflow that is called, everything but its inputs is the caller's.
        event: { name: "push", payload: { ref: "refs/heads/main" } },
        sha: "1".repeat(40),
        repository: { url: "http://127.0.0.1:1/web.git", fullName: "apps/web", defaultBranch: "main" },
        otherRepositories: { [github.repository]: server.url },
        mintToken: (permissions) => github.token({ login: "apps-web", app: "github-actions", permissions }),
        urls: { api: github.url, server: "https://github.com" },
        inputs: { repository: github.repository, service: "web", image },
        secrets,
        actions: { "actions/create-github-app-token": createGithubAppToken(github, APP) },
      });
    };
    const diffOf = (branch: string): string =>
      git(server.folder, "diff", "--unified=0", `main...${branch}`).replaceAll(/^(?:diff|index|@@) .*\n/gm, "");
    return { ...made, call, diffOf };
  }

  test("becomes a pull request of that one line, and a newer one takes its place", {
    timeout: STORY_MAX_MS,
  }, async () => {
    const { github, call, diffOf, proposed } = await called();
    const first = await call(FIRST);
    expect(first.conclusion, logOf([first])).toBe("success");
    expect(first.jobs[0]?.permissions, "all is done with the app's token").toEqual({});
    expect(github.world.pulls).toMatchObject([
      { number: 1, author: "acme-images[bot]", state: "open", title: `Set image of web to ${FIRST}`.slice(0, 140) },
    ]);
    const [pull] = github.world.pulls;
    if (pull === undefined) throw new Error("there is one");
    expect(diffOf(pull.headRef)).toBe(
      ["--- a/services/web.yaml", "+++ b/services/web.yaml"]
        .concat(["-", "+"].map((sign, at) => `${sign}image:   ${at === 0 ? BEFORE : FIRST}   # set by the pipeline`))
        .join("\n"),
    );
    expect(conclusions(await proposed(pull)), "an app's pull request sets off a plan").toContain(
      "fairlead-comment success",
    );

    const again = await call(FIRST);
    expect(again.conclusion).toBe("success");
    expect(github.world.pulls).toHaveLength(1);

    const second = await call(SECOND);
    expect(second.conclusion, logOf([second])).toBe("success");
    expect(logOf([second])).toContain("Pull request #2 is open in place of #1");
    expect(github.world.pulls.map(({ state, mergedAt }) => [state, mergedAt])).toEqual([
      ["closed", null],
      ["open", null],
    ]);
    expect(diffOf(github.world.pulls[1]?.headRef ?? "")).toContain(`+image:   ${SECOND}   # set by the pipeline`);
    expect(github.world.comments.find(({ author }) => author === "acme-images[bot]")).toMatchObject({ number: 1 });
    for (const run of [first, second]) expect(logOf([run])).not.toContain(APP.privateKey);
  });

  test("leaves alone what others proposed, and goes nowhere without the app", { timeout: STORY_MAX_MS }, async () => {
    const { github, server, call, push } = await called();
    const before = git(server.folder, "for-each-ref", "--format=%(refname)", "refs/heads");
    const refused = await call(FIRST, { app_id: APP.clientId, private_key: "another" });
    expect(refused.conclusion).toBe("failure");
    expect(git(server.folder, "for-each-ref", "--format=%(refname)", "refs/heads")).toBe(before);

    expect((await call(FIRST)).conclusion).toBe("success");
    const branch = github.world.pulls[0]?.headRef ?? "";
    const byHand = `${branch.slice(0, -8)}deadbeef`;
    push(byHand, { "services/web.yaml": WEB.replace(BEFORE, FIRST) });
    github.openPull({ branch: byHand, author: "alice" });
    expect((await call(SECOND)).conclusion).toBe("success");
    expect(github.world.pulls.map(({ author, state }) => [author, state])).toEqual([
      ["acme-images[bot]", "closed"],
      ["alice", "open"],
      ["acme-images[bot]", "open"],
    ]);
  });
});
