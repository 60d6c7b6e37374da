import { expect, test } from "vitest";
import { isTeamMember, mayWrite, permissionOf } from "../../src/github/people.ts";
import { githubFake } from "../support/github/fake.ts";
import { connect } from "./connect.ts";

test("what people may do is asked now: write and more, or not", async () => {
  const fake = await githubFake();
  const client = connect(fake);
  for (const role of ["admin", "maintain", "write", "triage", "read"] as const) fake.person(role, role);
  const levels = await Promise.all(
    ["admin", "maintain", "write", "triage", "read", "passer-by", "ghost-account"].map((login) =>
      permissionOf(client, login),
    ),
  );
  expect(levels).toEqual(["admin", "write", "write", "read", "read", "read", "none"]);
  expect(await mayWrite(client, "maintain")).toBe(true);
  fake.person("maintain", "read");
  expect(await mayWrite(client, "maintain")).toBe(false);
});

test("what is no login is nobody, and is not asked about", async () => {
  const fake = await githubFake();
  const client = connect(fake);
  for (const login of ["", "../../user", "a b", "-x", "x".repeat(300)])
    expect(await permissionOf(client, login)).toBe("none");
  expect(await isTeamMember(client, { team: "../x", login: "alice" })).toBe(false);
  expect(fake.requests).toEqual([]);
});

test("a team's members are its members, and a token that may not ask is told what it lacks", async () => {
  const fake = await githubFake();
  fake.team("platform", "alice");
  const app = connect(fake, {
    token: fake.token({ login: "gate[bot]", app: "gate", permissions: { members: "read" } }),
  });
  expect(await isTeamMember(app, { team: "platform", login: "alice" })).toBe(true);
  expect(await isTeamMember(app, { team: "platform", login: "bob" })).toBe(false);
  expect(await isTeamMember(app, { team: "none", login: "alice" })).toBe(false);
  await expect(isTeamMember(connect(fake), { team: "platform", login: "alice" })).rejects.toMatchObject({
    diagnostic: { code: "github-not-permitted", summary: "the token lacks `members: read`" },
  });
});
