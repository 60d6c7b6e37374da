import { expect, test } from "vitest";
import { setLabels } from "../../src/github/labels.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { connect } from "./connect.ts";

const DELETES = { name: "fairlead:deletes", colour: "b60205", description: "A service would be deleted" };
const RESTARTS = { name: "fairlead:restarts", colour: "fbca04", description: "A service would be restarted" };

async function pulled(...labels: string[]): Promise<GithubFake> {
  const fake = await githubFake();
  pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  fake.openPull({ branch: "more-stock" }).labels.push(...labels);
  return fake;
}

const onPull = (fake: GithubFake) => fake.world.pulls[0]?.labels.toSorted();

test("a pull request gets exactly the labels of ours that are wanted, and keeps everybody else's", async () => {
  const fake = await pulled("bug", "fairlead:quiet");
  const client = connect(fake);
  await setLabels(client, 1, [DELETES, RESTARTS]);
  expect(onPull(fake)).toEqual(["bug", "fairlead:deletes", "fairlead:restarts"]);
  await setLabels(client, 1, [RESTARTS]);
  expect(onPull(fake)).toEqual(["bug", "fairlead:restarts"]);
  await setLabels(client, 1, []);
  expect(onPull(fake)).toEqual(["bug"]);
});

test("a label that the repository lacks is made with its colour; one it has keeps the colour that people gave it", async () => {
  const fake = await pulled();
  fake.world.labels.push({ id: 1, name: "Fairlead:Deletes", color: "000000", description: null });
  await setLabels(connect(fake), 1, [DELETES, RESTARTS]);
  expect(fake.world.labels.map(({ name, color, description }) => [name, color, description])).toEqual([
    ["Fairlead:Deletes", "000000", null],
    ["fairlead:restarts", "fbca04", "A service would be restarted"],
  ]);
});

test("what is right already is not written", async () => {
  const fake = await pulled("fairlead:deletes");
  await setLabels(connect(fake), 1, [DELETES]);
  expect(fake.requests.map((one) => one.method)).toEqual(["GET"]);
});

for (const match of [/^DELETE /, /^POST .*\/shop\/labels/, /^POST .*\/1\/labels/]) {
  test(`a lost answer changes nothing of that (${match})`, async () => {
    const fake = await pulled("fairlead:quiet");
    fake.failNext({ match, how: "lost-answer" });
    await setLabels(connect(fake), 1, [DELETES]);
    expect(onPull(fake)).toEqual(["fairlead:deletes"]);
  });
}

test("a label of everybody else's is none to set", async () => {
  const fake = await pulled();
  await expect(setLabels(connect(fake), 1, [{ ...DELETES, name: "bug" }])).rejects.toThrow(
    "does not begin with fairlead:",
  );
});
