import { expect, test } from "vitest";
import { git } from "../support/git-folder.ts";
import { problemsAgainst } from "../support/schemas.ts";
import { deployedShop } from "../support/shared-shop.ts";

test("drift ends with 0 where all runs as recorded, and with 2 where it does not", async () => {
  const { run, remote } = await deployedShop();
  const agreed = await run("drift");
  expect(agreed.stdout).toContain("✓ stock  agrees r1");
  expect(agreed.stdout).toContain("staging runs as it is recorded.");
  expect(agreed.code, agreed.stderr).toBe(0);

  await run("down");
  const drifted = await run("drift");
  expect(drifted.code).toBe(2);
  expect(drifted.stdout).toContain("✗ stock  drifted r1: nothing of it runs");
  expect(drifted.stdout).toContain("`fairlead apply -e staging` brings back what is recorded.");

  const json = await run("drift", "--json");
  expect(json.code).toBe(2);
  const value = JSON.parse(json.stdout);
  expect(problemsAgainst("drift")(value)).toEqual([]);
  expect(value).toMatchObject({
    environment: "staging",
    drifted: true,
    services: [{ service: "stock", is: "drifted" }],
  });

  git(remote, "update-ref", "-d", "refs/heads/fairlead-state/staging");
  const lost = await run("drift");
  expect(lost.code, "against a State that is gone nothing can be told").toBe(1);
  expect(lost.stderr).toContain("the State of staging is gone");
});
