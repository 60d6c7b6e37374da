import { describe, expect, test } from "vitest";
import { deploymentsOf } from "../../src/site/deployments.ts";
import { incidentMonths } from "../../src/site/incident-months.ts";
import { releasesOf } from "../../src/site/releases.ts";
import { pageAddresses } from "../../src/site/site-views.ts";
import { record, release, stateOf } from "../support/builders.ts";
import { demoSite } from "../support/site-demo.ts";

const data = demoSite();

describe("months of incidents", () => {
  test("reach from the first incident to now, quiet ones too", () => {
    expect(incidentMonths(data)).toEqual(["2026-11", "2026-10", "2026-09"]);
  });

  test("are this month alone where nothing has happened, and go over New Year", () => {
    expect(incidentMonths({ ...data, incidents: [] })).toEqual(["2026-11"]);
    const incidents = data.incidents.slice(0, 1).map((one) => ({ ...one, from: "2025-12-31T23:59:59.000Z" }));
    expect(incidentMonths({ incidents, generatedAt: "2026-02-01T00:00:00.000Z" })).toEqual([
      "2026-02",
      "2026-01",
      "2025-12",
    ]);
  });

  test("are bounded, whatever an incident's date says", () => {
    const incidents = data.incidents.slice(0, 1).map((one) => ({ ...one, from: "0001-01-01T00:00:00.000Z" }));
    expect(incidentMonths({ ...data, incidents })).toHaveLength(120);
  });
});

test("an incident whose file is named like a month takes no month's page, and others keep their address", () => {
  const [one] = data.incidents;
  if (one === undefined) throw new Error("the demo has an incident");
  const incidents = ["2026-11", "2026-11-19-certificates", "2026-111", "mailer-2026-11-24-1159"].map((id) => ({
    ...one,
    id,
  }));
  const addresses = pageAddresses({ ...data, incidents }).filter((address) => address.startsWith("incidents/2"));
  expect(addresses).toEqual([
    "incidents/2026-11/incident/",
    "incidents/2026-11-19-certificates/",
    "incidents/2026-111/",
    "incidents/2026-11/",
  ]);
});

describe("releases", () => {
  const made = (number: number) => release({ number, service: "a", createdAt: `2026-11-2${number}T00:00:00.000Z` });
  const base = { service: "a", stable: 2, releases: [made(1), made(2), made(3)] };

  test("serve, have been replaced, or were rolled back for a reason", () => {
    const held = {
      release: 3,
      specDigest: made(3).specDigest,
      artifactDigest: made(3).artifactDigest,
      reason: "it was not healthy",
      at: "2026-11-23T00:01:00.000Z",
    };
    const releases = releasesOf("a", stateOf([record({ ...base, held })]));
    expect(releases.map(({ number, outcome, reason }) => [number, outcome, reason])).toEqual([
      [3, "held", "it was not healthy"],
      [2, "serving", undefined],
      [1, "replaced", undefined],
    ]);
  });

  test("of a service that is not recorded are none", () => {
    expect(releasesOf("nobody", stateOf([]))).toEqual([]);
  });
});

test("deployments of all services stand in one line of time, the newest first, and nowhere if releases are internal", () => {
  const deployments = deploymentsOf(data);
  expect(deployments?.map(({ at }) => at)).toEqual(
    deployments
      ?.map(({ at }) => at)
      .toSorted()
      .reverse(),
  );
  expect(deployments).toHaveLength(14);
  expect(deploymentsOf(demoSite({ include: [] }))).toBeNull();
});

test("what is internal has no page of its own unless it is published", () => {
  const addresses = pageAddresses(demoSite({ include: [] }));
  expect(addresses).not.toContain("dependencies/");
  expect(addresses).not.toContain("deployments/");
  expect(pageAddresses(data)).toEqual(expect.arrayContaining(["dependencies/", "deployments/", "incidents/2026-10/"]));
});
