import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { controlAt, judgedBeside } from "../../src/probes/control.ts";
import { closedPort, httpServer } from "../support/probed-servers.ts";

const failing = { service: "web", at: 1, outcome: "fail", error: "connection refused" } as const;

test("a failure beside a control target that answers, were it with an error, is the service's own", async () => {
  let asked = 0;
  const server = await httpServer((_, response) => {
    asked++;
    response.writeHead(503).end();
  });
  onTestFinished(() => server.close());
  const control = controlAt(`http://127.0.0.1:${server.port}/`, systemClock);
  const samples = await Promise.all([1, 2, 3].map(() => judgedBeside(failing, control)));
  expect(samples).toEqual([failing, failing, failing]);
  expect(asked).toBe(1);
});

test("a failure beside a control target that is out of reach is unknown", async () => {
  const control = controlAt(`http://127.0.0.1:${await closedPort()}/`, systemClock);
  expect(await judgedBeside(failing, control)).toEqual({
    ...failing,
    outcome: "unknown",
    error: "the control target did not answer either",
  });
});

test("nobody asks the control target where nothing failed, or none is named", async () => {
  const control = { answers: () => Promise.reject(new Error("asked")) };
  const well = { service: "web", at: 1, outcome: "warn" } as const;
  expect(await judgedBeside(well, control)).toBe(well);
  expect(await judgedBeside(failing, undefined)).toBe(failing);
});
