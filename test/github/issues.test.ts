import { describe, expect, test } from "vitest";
import { FAILURE_RETRIES_MAX } from "../../src/github/client.ts";
import { closeIssue, keepIssue, openIssue } from "../../src/github/issues.ts";
import { markerLine } from "../../src/github/sticky-comment.ts";
import { githubFake } from "../support/github/fake.ts";
import { BOT, connect } from "./connect.ts";

const PLACE = { marker: "drift-production", label: "fairlead:drift", author: BOT };
const DRIFT = { ...PLACE, title: "production drifts", body: "1 service differs" };

describe("the issue about one thing", () => {
  test("is opened once, kept up to date, and not written where nothing differs", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    const first = await keepIssue(client, DRIFT);
    expect(first).toEqual({ number: 1, url: "https://github.test/acme/shop/issues/1", isNew: true });
    const again = await keepIssue(client, { ...DRIFT, body: "2 services differ" });
    expect(again).toMatchObject({ number: 1, isNew: false });
    expect(await openIssue(client, PLACE)).toMatchObject({ title: "production drifts", body: "2 services differ" });
    const count = fake.requests.filter((one) => one.method !== "GET").length;
    await keepIssue(client, { ...DRIFT, body: "2 services differ" });
    expect(fake.requests.filter((one) => one.method !== "GET")).toHaveLength(count);
  });

  test("is closed with a last word, and never opened again: the next is a new one", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    expect(await closeIssue(client, { ...PLACE, comment: "all is well" })).toBeNull();
    await keepIssue(client, DRIFT);
    expect(await closeIssue(client, { ...PLACE, comment: "all is well" })).toBe(1);
    expect(fake.world.comments.map((one) => one.body)).toEqual([
      `${markerLine(PLACE.marker, "closed")}\n\nall is well`,
    ]);
    expect(await keepIssue(client, DRIFT)).toMatchObject({ number: 2, isNew: true });
    expect(fake.world.issues.map((one) => one.state)).toEqual(["closed", "open"]);
  });

  test("is nobody else's: not one with the mark, the label or the author alone", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    const body = `${markerLine(PLACE.marker, "open")}\n\nmine`;
    const mallory = connect(fake, { token: fake.token({ login: "mallory", permissions: { issues: "write" } }) });
    await mallory.rest.issues.create({ ...mallory.here, title: "x", body, labels: [PLACE.label] });
    await client.rest.issues.create({ ...client.here, title: "x", body });
    await client.rest.issues.create({ ...client.here, title: "x", body: `> ${body}`, labels: [PLACE.label] });
    expect(await openIssue(client, PLACE)).toBeNull();
    expect(await keepIssue(client, DRIFT)).toMatchObject({ number: 4, isNew: true });
  });

  test("is found behind a hundred others", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    await keepIssue(client, DRIFT);
    for (let at = 0; at < 130; at++)
      await client.rest.issues.create({ ...client.here, title: `${at}`, labels: [PLACE.label] });
    expect(await keepIssue(client, DRIFT)).toMatchObject({ number: 1, isNew: false });
  });

  for (const match of [/^POST .*\/issues$/, /^POST .*\/comments$/, /^PATCH /]) {
    test(`is there once and says once that it is over where an answer is lost (${match})`, async () => {
      const fake = await githubFake();
      const client = connect(fake);
      fake.failNext({ match, how: "lost-answer" });
      await keepIssue(client, DRIFT);
      await closeIssue(client, { ...PLACE, comment: "all is well" });
      expect(fake.world.issues.map((one) => one.state)).toEqual(["closed"]);
      expect(fake.world.comments).toHaveLength(1);
    });
  }

  test("is closed by the next run where one died between the last word and the closing", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    await keepIssue(client, DRIFT);
    const over = { ...PLACE, comment: "all is well" };
    fake.failNext({ match: /^PATCH /, how: "bad-gateway", times: FAILURE_RETRIES_MAX + 1 });
    await expect(closeIssue(client, over)).rejects.toMatchObject({ kind: "unreachable" });
    expect(await closeIssue(client, over)).toBe(1);
    expect(fake.world.issues.map((one) => one.state)).toEqual(["closed"]);
    expect(fake.world.comments).toHaveLength(1);
  });
});
