import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type CliResult, fairlead } from "../support/cli.ts";
import { git, temporaryFolder } from "../support/git-folder.ts";
import { gitServer } from "../support/git-server.ts";
import { githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { freePorts, SERVER, serviceFile } from "../support/shop.ts";

/** A service that is started for real, on a machine that others use. */
const MAX_MS = 240_000;

/** A commit of another repository, which is nowhere here. */
const ELSEWHERE = "1234567890abcdef1234567890abcdef12345678";

const POINTER = `version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
`;

/** How a runner's clone, or the repository itself, may look other than usual, and what then becomes of an apply. */
const SHAPES: readonly {
  readonly what: string;
  /** Of the clone. */
  readonly clone?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Adds to the default branch what no file can say. */
  readonly commit?: (clone: string) => void;
  readonly prepare?: (checkout: string) => void;
  readonly code: 0 | 1;
  readonly says: readonly (string | RegExp)[];
}[] = [
  { what: "a partial clone", clone: ["--filter=blob:none"], code: 0, says: [/stock +done r1/] },
  { what: "a partial clone without trees", clone: ["--filter=tree:0"], code: 0, says: [/stock +done r1/] },
  {
    what: "a detached HEAD in a clone of one commit",
    clone: ["--depth=1"],
    prepare: (checkout) => void git(checkout, "checkout", "--quiet", "--detach"),
    code: 0,
    says: [/stock +done r1/],
  },
  {
    what: "submodules among the services and in a service's code",
    commit(clone) {
      for (const path of ["services/vendored", "services/stock/library"])
        git(clone, "update-index", "--add", "--cacheinfo", `160000,${ELSEWHERE},${path}`);
    },
    code: 0,
    says: [/stock +done r1/],
  },
  {
    what: "a service file that is a pointer of Git LFS",
    files: { "services/large.yaml": POINTER },
    code: 1,
    says: ["services/large.yaml", "Git LFS"],
  },
];

describe("an apply in GitHub Actions, with", () => {
  test.each(SHAPES)("$what", { timeout: MAX_MS }, async ({ clone = [], files = {}, commit, prepare, code, says }) => {
    const [port = 0] = await freePorts(1);
    const server = await gitServer();
    git(server.folder, "symbolic-ref", "HEAD", "refs/heads/main");
    git(server.folder, "config", "uploadpack.allowFilter", "true");
    git(server.folder, "config", "uploadpack.allowAnySHA1InWant", "true");
    pushFiles(server.folder, "main", {
      ".gitignore": ".fairlead/\n",
      "fairlead.yaml": "project: shop\nenvironments:\n  staging: { target: { kind: local, allow_ephemeral: true } }\n",
      "services/stock.yaml": serviceFile("stock", port),
      "services/stock/server.mjs": SERVER,
      ...files,
    });
    if (commit !== undefined) {
      const work = join(temporaryFolder(), "work");
      git(temporaryFolder(), "clone", "--quiet", server.folder, work);
      commit(work);
      git(work, "commit", "--quiet", "--message=Change");
      git(work, "push", "--quiet", "origin", "HEAD:main");
    }
    const github = await githubFake({ folder: server.folder });
    const checkout = join(temporaryFolder(), "runner");
    // Cloned from disk, since the server is this very process; from then on over HTTP.
    git(temporaryFolder(), "clone", "--quiet", "--no-checkout", ...clone, `file://${server.folder}`, checkout);
    if (clone.length === 0 || clone[0] === "--depth=1") git(checkout, "checkout", "--quiet", "main");
    else git(checkout, "symbolic-ref", "HEAD", "refs/heads/main");
    prepare?.(checkout);
    if (clone[0]?.startsWith("--filter="))
      expect(git(checkout, "rev-list", "--objects", "--missing=print", "origin/main"), "not all is here").toMatch(
        /^\?/m,
      );
    git(checkout, "remote", "set-url", "origin", server.url);
    onTestFinished(async () => {
      await fairlead(["down", "-e", "staging"], { cwd: checkout });
    });

    const plan = await fairlead(["plan", "--json", "-e", "staging", "--ref", "origin/main"], { cwd: checkout });
    const digest = /"digest":\s*"([0-9a-f]{64})"/.exec(plan.stdout)?.[1] ?? "0".repeat(64);
    const applied = await apply(
      checkout,
      { url: github.url, repository: github.repository, token: tokenOf(github) },
      digest,
    );
    const said = (applied.stdout + applied.stderr).replaceAll(/\n\s*\| /g, " ");
    expect(applied.code, said).toBe(code);
    for (const words of says) expect(said).toMatch(words);
    if (code === 1) return void expect(github.world.deployments).toEqual([]);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toMatchObject({ word: "first", release: "1" });
    expect(github.world.deployments.at(-1)?.statuses.at(-1)?.state).toBe("success");
  });
});

function tokenOf(github: Awaited<ReturnType<typeof githubFake>>): string {
  const permissions = { contents: "write", "pull-requests": "write", checks: "read", deployments: "write" } as const;
  return github.token({ login: "github-actions[bot]", app: "github-actions", permissions });
}

function apply(
  checkout: string,
  at: { readonly url: string; readonly repository: string; readonly token: string },
  digest: string,
): Promise<CliResult> {
  const event = join(temporaryFolder(), "event.json");
  const repository = { full_name: at.repository, default_branch: "main" };
  writeFileSync(event, JSON.stringify({ repository, inputs: { environment: "staging", digest } }));
  return fairlead(["github", "apply", "-e", "staging"], {
    cwd: checkout,
    env: {
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_NAME: "workflow_dispatch",
      GITHUB_EVENT_PATH: event,
      GITHUB_REPOSITORY: at.repository,
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_API_URL: at.url,
      GITHUB_TOKEN: at.token,
      GITHUB_REF: "refs/heads/main",
      GITHUB_RUN_ID: "100",
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_TRIGGERING_ACTOR: "alice",
    },
  });
}
