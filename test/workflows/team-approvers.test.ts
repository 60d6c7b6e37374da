import { expect, test } from "vitest";
import { createGithubAppToken, type PlayedApp } from "../support/workflows/actions/create-github-app-token.ts";
import type { RunResult } from "../support/workflows/run-options.ts";
import { conclusions, shop } from "../support/workflows/shop-forge.ts";

/** Several workflows, each with real processes. */
const STORY_MAX_MS = 600_000;

const APPROVED = `project: shop
environments:
  staging: { target: { kind: local, allow_ephemeral: true }, approvers: [platform] }
`;

const GATE: PlayedApp = {
  clientId: "Iv1.fedcba9876543210",
  privateKey: "canary-of-a-private-key",
  slug: "acme-gate",
  permissions: { contents: "write", members: "read" },
};

test("a team approves once the apply workflow has an app that may ask who is in it, and the app is asked nothing else", {
  timeout: STORY_MAX_MS,
}, async () => {
  const made = await shop(APPROVED);
  const { github } = made;
  github.team("platform", "alice");
  const digest = await made.planDigest("staging");
  const apply = (
    app: PlayedApp = GATE,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<readonly RunResult[]> =>
    made.dispatch(
      { environment: "staging", digest },
      { secrets, actions: { "actions/create-github-app-token": createGithubAppToken(github, app) } },
    );
  const logOf = (runs: readonly RunResult[]): string =>
    runs.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.map(({ log }) => log))).join("\n");
  const memberships = () => github.requests.filter(({ path }) => path.includes("/memberships/"));

  const without = await apply();
  expect(conclusions(without)).toContain("fairlead-apply failure");
  const said = logOf(without).replaceAll(/\s+/g, " ");
  expect(said).toContain("alice is none of its approvers (platform), as far as GITHUB_TOKEN may tell");
  expect(said).toContain("as the secrets FAIRLEAD_APP_ID and FAIRLEAD_APP_KEY");

  const secrets = { FAIRLEAD_APP_ID: GATE.clientId, FAIRLEAD_APP_KEY: GATE.privateKey };
  const applied = await apply(GATE, secrets);
  expect(conclusions(applied), logOf(applied)).toContain("fairlead-apply success");
  expect(memberships().at(-1)?.login).toBe("acme-gate[bot]");
  expect(github.requests.filter(({ login }) => login === "acme-gate[bot]").map(({ path }) => path)).toEqual(
    memberships()
      .filter(({ login }) => login === "acme-gate[bot]")
      .map(({ path }) => path),
  );
  expect(logOf(applied)).not.toContain(GATE.privateKey);
});
