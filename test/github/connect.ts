import { type GitHubClient, type GitHubWait, githubClient } from "../../src/github/client.ts";
import type { GithubFake } from "../support/github/fake.ts";

/** What a workflow's job may, with everything that Fairlead's workflows ask for. */
const ALL = {
  contents: "write",
  issues: "write",
  "pull-requests": "write",
  checks: "write",
  deployments: "write",
} as const;

export const BOT = "github-actions[bot]";

/** A client of the fake under GITHUB_TOKEN, or another token; a second of waiting lasts a millisecond. */
export function connect(
  fake: GithubFake,
  options: { token?: string; onWait?: (wait: GitHubWait) => void } = {},
): GitHubClient {
  return githubClient({
    repository: fake.repository,
    token: options.token ?? fake.token({ login: BOT, app: "github-actions", permissions: ALL }),
    apiUrl: fake.url,
    serverUrl: "https://github.test",
    workflow: ".github/workflows/comment.yml",
    pace: { secondMs: 1, requestMaxMs: 20_000 },
    ...(options.onWait === undefined ? {} : { onWait: options.onWait }),
  });
}
