import { describe, expect, test } from "vitest";
import { keepIncidentIssue } from "../../src/github/incident-issue.ts";
import type { Incident } from "../../src/model/incident.ts";
import { githubFake } from "../support/github/fake.ts";
import { BOT, connect } from "./connect.ts";

const NOON = Date.UTC(2026, 10, 24, 12);
const at = (minutes: number): number => NOON + minutes * 60_000;
const DOWN = { at: NOON, status: "investigating", says: "It is down." } as const;
const UP = { at: at(4), status: "resolved", says: "It works again, after 4 minutes." } as const;

const incident = (over: Partial<Incident> = {}): Incident => ({
  id: "web-2026-11-24-1200",
  title: "The @shop is down",
  severity: "down",
  affected: ["web"],
  stretches: [{ from: NOON, to: null, severity: "down" }],
  updates: [DOWN],
  source: "automatic",
  ...over,
});
const over = incident({ stretches: [{ from: NOON, to: at(4), severity: "down" }], updates: [DOWN, UP] });
const about = (one: Incident, number?: number) => ({
  incident: one,
  environment: "production",
  author: BOT,
  ...(number === undefined ? {} : { number }),
});

describe("the issue of an incident", () => {
  test("is found by its mark where its number was never written down", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    expect(await keepIncidentIssue(client, about(incident()))).toBe(1);
    expect(await keepIncidentIssue(client, about(incident()))).toBe(1);
    expect(await keepIncidentIssue(client, about(over))).toBe(1);
    expect(fake.world.issues.map(({ state }) => state)).toEqual(["closed"]);
  });

  test("mentions nobody, whatever a service is called", async () => {
    const fake = await githubFake();
    await keepIncidentIssue(connect(fake), about(incident()));
    expect(fake.world.issues[0]?.body).toContain("The `@shop` is down in `production` since 2026-11-24 12:00 UTC.");
  });

  test("is another one in another environment, and none for what was over before", async () => {
    const fake = await githubFake();
    const client = connect(fake);
    expect(await keepIncidentIssue(client, about(over))).toBeNull();
    await keepIncidentIssue(client, about(incident()));
    await keepIncidentIssue(client, { ...about(incident()), environment: "staging" });
    expect(fake.world.issues).toHaveLength(2);
  });

  for (const match of [/^POST .*\/issues$/, /^POST .*\/comments$/, /^PATCH /]) {
    test(`is there once and says everything once where an answer is lost (${match})`, async () => {
      const fake = await githubFake();
      const client = connect(fake);
      fake.failNext({ match, how: "lost-answer" });
      const number = (await keepIncidentIssue(client, about(incident()))) ?? 0;
      await keepIncidentIssue(client, about(over, number));
      await keepIncidentIssue(client, about(over, number));
      expect(fake.world.issues.map(({ state }) => state)).toEqual(["closed"]);
      expect(fake.world.comments).toHaveLength(1);
    });
  }

  test("that two collectors open at the same moment is the older one", async () => {
    const fake = await githubFake();
    const [one, other] = [connect(fake), connect(fake)];
    const numbers = await Promise.all([
      keepIncidentIssue(one, about(incident())),
      keepIncidentIssue(other, about(incident())),
    ]);
    await keepIncidentIssue(one, about(incident(), Math.min(...numbers.map(Number))));
    expect(fake.world.issues.filter(({ state }) => state === "open")).toHaveLength(1);
    expect(new Set(numbers).size).toBe(1);
  });
});
