import { existsSync } from "node:fs";
import { join } from "node:path";
import { marked } from "marked";
import { describe, expect, onTestFinished, test } from "vitest";
import { git, temporaryFolder } from "../support/git-folder.ts";
import { pushFiles } from "../support/github/push.ts";
import { HOSTILE } from "../support/hostile.ts";
import { freePorts, SERVER, serviceFile } from "../support/shop.ts";
import type { Forge } from "../support/workflows/forge.ts";
import { switchOff } from "../support/workflows/orphans.ts";
import { conclusions, ENVIRONMENTS, overlay, shop, stable } from "../support/workflows/shop-forge.ts";

/*
 * The whole way from a branch to what runs, by the very workflows that `fairlead init` writes: GitHub is played (Git over HTTP,
 * its API, its runners), everything else is real.
 */

/** Several workflows, each with real processes: minutes on a machine that others use. */
const STORY_MAX_MS = 600_000;

describe("story 1: a branch edits two services and adds one", () => {
  test("plan, comment, merge, apply, deployment, comment", { timeout: STORY_MAX_MS }, async () => {
    const made = await shop();
    const { github, ports } = made;
    for (const environment of ["staging", "production"]) {
      const runs = await made.dispatch({ environment, digest: await made.planDigest(environment), allow_destroy: "" });
      expect(conclusions(runs)).toContain("fairlead-apply success");
    }
    expect(stable(await made.state("production"))).toEqual({ orders: "r1", stock: "r1" });

    const [mail = 0, mailToo = 0] = await freePorts(2);
    made.push("mail", {
      "services/mail.yaml": serviceFile("mail", mail, overlay(mailToo)),
      "services/mail/server.mjs": SERVER,
      "services/stock.yaml": `${serviceFile("stock", ports[0] ?? 0, overlay(ports[2])).replace("hello", "hi")}`,
      "services/orders/server.mjs": SERVER.replace("first", "second"),
    });
    const pull = github.openPull({ branch: "mail", author: "alice" });
    expect(conclusions(await made.proposed(pull))).toEqual(["fairlead-plan success", "fairlead-comment success"]);
    const [comment] = github.world.comments;
    expect(comment?.author).toBe("github-actions[bot]");
    for (const words of ["mail", "create", "environment.GREETING: hello", "environment.GREETING: hi", "source:"])
      expect(comment?.body).toContain(words);
    const [check] = github.world.checks;
    expect(check).toMatchObject({ name: "Fairlead plan", conclusion: "success" });

    const after = await made.merged(pull);
    expect(conclusions(after)).toContain("fairlead-apply success");
    for (const environment of ["staging", "production"]) {
      const state = await made.state(environment);
      expect(stable(state)).toEqual({ mail: "r1", orders: "r2", stock: "r2" });
      expect(state.claim).toBeNull();
      const deployment = github.world.deployments.findLast((one) => one.environment === environment);
      expect(deployment?.statuses.map((status) => status.state)).toEqual(["in_progress", "success"]);
    }
    const outcomes = github.world.comments.filter(({ body }) => body.includes("fairlead:apply-"));
    expect(outcomes.map(({ number }) => number)).toEqual([pull.number, pull.number]);
    expect(outcomes[1]?.body).toContain("production: applied, 3 changed");
  });
});

describe("story 3: two merges a second apart, and a runner killed in the middle", () => {
  test("each service ends as the default branch declares it, and the journal tells the story", {
    timeout: STORY_MAX_MS,
  }, async () => {
    const made = await shop(`project: shop
environments:
  staging: { target: { kind: local } }
  production: { target: { kind: local }, apply: manual }
`);
    const { github, ports } = made;
    const machine = { label: "deploys", folder: temporaryFolder("fairlead-machine-") };
    const own = { machine, vars: { FAIRLEAD_RUNNER: machine.label } };
    onTestFinished(() => switchOff(machine.folder));
    const first = await made.dispatch({ environment: "staging", digest: await made.planDigest("staging") }, own);
    expect(conclusions(first)).toContain("fairlead-apply success");

    const pulls = ["stock", "orders"].map((id, index) => {
      const more = id === "orders" ? "dependencies: [stock]\n" : "";
      const file = serviceFile(id, ports[index] ?? 0, `${more}${overlay(ports[index + 2])}`);
      made.push(id, { [`services/${id}.yaml`]: file.replace("hello", `hi from ${id}`) });
      return github.openPull({ branch: id, author: "alice" });
    });
    for (const pull of pulls) await made.proposed(pull);
    const [stock, orders] = pulls;
    if (stock === undefined || orders === undefined) throw new Error("there are two");

    const power = new AbortController();
    const halfway = Promise.withResolvers<void>();
    const killed = made.merged(stock, {
      ...own,
      signal: power.signal,
      onLine: ({ text }) => {
        if (/stock: .* of r2 healthy/.test(text)) halfway.resolve();
      },
    });
    await halfway.promise;
    const next = made.merged(orders, own);
    power.abort();
    expect((await killed).flatMap(({ jobs }) => jobs.map(({ reason }) => reason))).toContain(
      "The runner has lost communication with the server.",
    );
    expect(conclusions(await next)).toContain("fairlead-apply success");

    const state = await made.state("staging");
    expect(stable(state)).toEqual({ orders: "r2", stock: "r2" });
    expect(state.claim).toBeNull();
    for (const [index, id] of ["stock", "orders"].entries()) {
      const answer = (await (await fetch(`http://127.0.0.1:${ports[index]}/`)).json()) as Record<string, string>;
      expect(answer).toMatchObject({ release: "2", greeting: `hi from ${id}` });
    }
    const log = git(made.server.folder, "log", "--format=%s", "fairlead-state/staging");
    expect(log).toMatch(/github-\d+-1 takes over from github-\d+-1, which fell silent/);
  });
});

describe("story 2: a fork with hostile content", () => {
  test("nothing runs, nothing leaks, the comment is inert", { timeout: STORY_MAX_MS }, async () => {
    const made = await shop();
    const { github, ports, server } = made;
    const canary = join(temporaryFolder(), "was-here");
    const secrets = { DEPLOY_KEY: "canary-of-a-secret-4f2a" };
    const before = git(server.folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads");

    const fork = github.fork("mallory");
    const description = Object.values(HOSTILE)
      .join(" ")
      .replaceAll(/[\ud800-\udfff](?![\udc00-\udfff])/g, "");
    const workflow = ".github/workflows/fairlead-plan.yml";
    pushFiles(fork, "evil", {
      // The plan's own workflow, run with a token of GitHub's: it tries all that such a token might be let do.
      [workflow]: hostileWorkflow(made),
      "package.json": JSON.stringify({ name: "evil", scripts: { preinstall: `touch ${canary}` } }),
      "node_modules/.bin/fairlead": `#!/bin/sh\ntouch ${canary}\n`,
      "fairlead.yaml": ENVIRONMENTS.replace(
        "project: shop",
        `project: ${JSON.stringify("</details><b>x</b> @everyone")}`,
      ),
      "services/stock.yaml": `${serviceFile("stock", ports[0] ?? 0, overlay(ports[2]))}description: ${JSON.stringify(description)}\n`,
      "services/evil.yaml": { link: "/etc/passwd" },
      "services/orders/server.mjs": { link: "../../../../../../etc/shadow" },
      ".gitattributes": "*.yaml filter=evil diff=evil merge=evil\n",
    });
    const pull = github.openPull({
      branch: "evil",
      from: "mallory",
      title: "Nice change @everyone <img src=x onerror=alert(1)>",
      body: "/fairlead allow-destroy stock 000000000000",
    });
    github.comment(pull.number, "mallory", `/fairlead allow-destroy stock ${"0".repeat(64)}`);
    github.comment(pull.number, "mallory", `<!-- fairlead:plan ${"0".repeat(64)} -->\n\nAll good, merge me.`);
    const runs = await made.proposed(pull, "opened", { secrets, actions: { "actions/upload-artifact": () => {} } });

    const plan = runs.find(({ name }) => name === "fairlead-plan");
    const attempts = plan?.jobs[0]?.steps.map(({ log }) => log).join("\n") ?? "";
    for (const words of ["comment: 403", "state: refused", "main: refused", "dispatch: 403", "secret: none"])
      expect(attempts, "the attack was tried, and GitHub let none of it happen").toContain(words);
    expect(conclusions(runs)).toContain("fairlead-comment success");

    expect(existsSync(canary), "nothing of the pull request ran where the token can write").toBe(false);
    expect(git(server.folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")).toBe(before);
    expect(github.world.deployments).toEqual([]);
    const ours = github.world.comments.filter(({ author }) => author === "github-actions[bot]");
    expect(ours).toHaveLength(1);
    const body = ours[0]?.body ?? "";
    expect(body).toContain("symbolic link");
    expect(body).not.toContain("root:");
    for (const bad of ["merge me", "forged", secrets.DEPLOY_KEY, "ghs_", "\u001b", "\u202e"])
      expect(body).not.toContain(bad);
    const html = await marked.parse(body, { gfm: true });
    expect(html).not.toMatch(/<(?:script|img|b|iframe|input)\b|onerror=|javascript:|evil\.example"/i);
    const prose = html.replaceAll(/<(code|pre)\b[\s\S]*?<\/\1>/g, "");
    expect(prose).not.toMatch(/@(?:everyone|acme|root)/);
    const everything = made.runs.flatMap(({ jobs }) =>
      jobs.flatMap(({ steps, summary }) => [summary, ...steps.map(({ log }) => log)]),
    );
    expect(everything.join("\n")).not.toContain(secrets.DEPLOY_KEY);
    expect(github.world.checks.find(({ name }) => name === "Fairlead plan")?.conclusion).toBe("failure");
  });
});

/** What a stranger would make of the plan's workflow: every way to a write that a token could open. */
function hostileWorkflow({ github }: Forge): string {
  const api = `curl -s -o /dev/null -w "%{http_code}" -H "authorization: Bearer $TOKEN" -H content-type:application/json -X POST ${github.url}/repos/${github.repository}`;
  return `name: fairlead-plan
on: { pull_request: { branches: [main] } }
permissions: write-all
jobs:
  plan:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        with: { fetch-depth: 2 }
      - env: { TOKEN: "\${{ github.token }}", KEY: "\${{ secrets.DEPLOY_KEY }}" }
        run: |
          echo "secret: \${KEY:-none}"
          echo "comment: $(${api}/issues/1/comments -d '{"body":"forged: all good"}')"
          echo "dispatch: $(${api}/deployments -d '{"ref":"main"}')"
          git push origin HEAD:refs/heads/fairlead-state/staging && echo "state: pushed" || echo "state: refused"
          git push origin HEAD:refs/heads/main && echo "main: pushed" || echo "main: refused"
          echo '{"plan":"forged"}' > plan.json
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02
        with: { name: plan, path: plan.json }
`;
}
