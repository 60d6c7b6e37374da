import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { realClock } from "../../src/agent/real-clock.ts";
import type { LoggingSpec } from "../../src/model/service.ts";
import { CURRENT_LOG, rotatedLogs } from "../../src/targets/local/log-file.ts";
import { readLogs } from "../../src/targets/local/read-logs.ts";
import { type LocalEnvironment, LocalMachine } from "../support/local-runtime.ts";
import { until } from "../support/until.ts";

/** What a service's `logging` block does to what its process really writes. */
const machine = new LocalMachine();
afterAll(() => machine.remove());

const LOGGING: LoggingSpec = {
  level: "info",
  format: "json",
  outputs: ["file"],
  retention: 86_400_000,
  structured: true,
};

/** Runs a program of which only the output counts, and goes on until the test ends. */
async function writes(
  program: string,
  logging: Partial<LoggingSpec>,
  prepare: (folder: string) => void = () => {},
): Promise<{ readonly local: LocalEnvironment; readonly folder: string; readonly lines: () => readonly string[] }> {
  const local = await machine.start();
  onTestFinished(() => local.close());
  const folder = join(local.runtime.logs, "web");
  prepare(folder);
  const release = await local.release({
    spec: {
      command: ["node", "--input-type=module", "-e", `${program}\nsetInterval(() => {}, 1_000);`],
      runtime: { replicas: 1 },
      logging: { ...LOGGING, ...logging },
    },
  });
  await local.act({ do: "ensure", release, wanted: 1 });
  const lines = (): readonly string[] =>
    [...rotatedLogs(folder), CURRENT_LOG].flatMap((name) =>
      existsSync(join(folder, name))
        ? readFileSync(join(folder, name), "utf8")
            .split("\n")
            .filter((line) => line !== "" && !line.includes('"stream":"fairlead"'))
        : [],
    );
  return { local, folder, lines };
}

const SAYS = `
console.log(JSON.stringify({ level: 20, msg: "detail" }));
console.log(JSON.stringify({ level: "info", msg: "as usual", order: 7 }));
console.log("plain");
console.error("went wrong");
console.log(JSON.stringify({ level: "warn", msg: "last" }));
console.error("end");
`;

const messages = (lines: readonly string[]): unknown[] =>
  lines.map((line) => JSON.parse(line) as { level: string; message: string }).map((one) => [one.level, one.message]);

test("level: what is less grave is not kept", async () => {
  const { lines } = await writes(SAYS, { level: "warn" });
  await until(() => lines().length >= 3, { what: "three lines" });
  expect(messages(lines()).sort()).toEqual([
    ["error", "end"],
    ["error", "went wrong"],
    ["warn", "last"],
  ]);
});

test("format json: a record a line, with the service's own fields beside ours", async () => {
  const { lines } = await writes(SAYS, { level: "debug" });
  await until(() => lines().length >= 6, { what: "six lines" });
  const record = lines()
    .map((line) => JSON.parse(line))
    .find(({ message }) => message === "as usual");
  expect(record).toMatchObject({ level: "info", service: "web", release: 1, stream: "stdout", order: 7 });
  expect(new Date(record.time).toISOString()).toBe(record.time);
});

test("format text: one line for people, in which nothing can act on a terminal", async () => {
  const { lines } = await writes(`console.log("\\u001b[2Jcleared")`, { format: "text" });
  await until(() => lines().some((line) => line.includes("cleared")));
  expect(lines().find((line) => line.includes("cleared"))).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO {2}r1 web-\S+ \\u001b\[2Jcleared$/,
  );
});

test("structured false: JSON is a text like any other", async () => {
  const { lines } = await writes(SAYS, { structured: false });
  await until(() => lines().length >= 6, { what: "six lines" });
  expect(messages(lines())).toContainEqual(["info", '{"level":20,"msg":"detail"}']);
});

test("outputs: the console alone gets the lines, and no file is made", async () => {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const { local, folder } = await writes(`setInterval(() => console.log("tick"), 100)`, { outputs: ["console"] });
  for await (const event of local.agent.events(over.signal)) {
    if (event.is !== "log") continue;
    expect(JSON.parse(event.line)).toMatchObject({ service: "web", message: "tick" });
    break;
  }
  expect(existsSync(folder)).toBe(false);
});

test("retention: rotated files that are older are removed, younger ones stay", async () => {
  const { folder, lines } = await writes(SAYS, { retention: 86_400_000 }, (at) => {
    mkdirSync(at, { recursive: true });
    for (const [name, days] of [
      ["2026-01-01T00-00-00.000Z-0001.log", 2],
      ["2026-01-02T00-00-00.000Z-0001.log", 0.5],
    ] as const) {
      const then = Date.now() / 1_000 - days * 86_400;
      writeFileSync(join(at, name), "old\n");
      utimesSync(join(at, name), then, then);
    }
  });
  await until(() => lines().length >= 6, { what: "the log to be written" });
  expect(readdirSync(folder).sort()).toEqual(["2026-01-02T00-00-00.000Z-0001.log", CURRENT_LOG]);
});

test("rotation: a log that grows is put aside by size, and neither files nor followers miss or repeat a line", async () => {
  const count = 12_000;
  const program = `
const pad = "x".repeat(1_000);
for (let n = 0; n < ${count}; n++) {
  if (!process.stdout.write(JSON.stringify({ level: "info", msg: "line", n, pad }) + "\\n"))
    await new Promise((resolve) => process.stdout.once("drain", resolve));
}
process.stdout.write(JSON.stringify({ level: "info", msg: "last", n: ${count} }) + "\\n");
`;
  const over = new AbortController();
  const seen: number[] = [];
  let following: Promise<void> | undefined;
  const { local, folder, lines } = await writes(program, {}, (logs) => {
    const asked = { logs: join(logs, ".."), service: "web", lines: 0, follow: true, signal: over.signal };
    following = (async () => {
      for await (const { record } of readLogs({ ...asked, clock: realClock }))
        if (typeof record?.["n"] === "number") seen.push(record["n"]);
    })();
  });
  await until(() => seen.at(-1) === count, { deadlineMs: 60_000, what: "the follower to reach the last line" });
  over.abort();
  await following;
  const everyOne = Array.from({ length: count + 1 }, (_, n) => n);
  expect(seen).toEqual(everyOne);
  expect(rotatedLogs(folder).length).toBeGreaterThanOrEqual(1);
  expect(lines().map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(everyOne);
  // What instances write before it is a log does not stay as well.
  const raw = readdirSync(local.runtime.raw).map((name) => readFileSync(join(local.runtime.raw, name)).length);
  expect(Math.max(...raw)).toBeLessThan(12_000_000);
});
