import { describe, expect, test } from "vitest";
import { checksBy, publishCheckRun, type WantedCheckRun } from "../../src/github/check-run.ts";
import { cutText } from "../../src/github/cut-text.ts";
import type { Diagnostic } from "../../src/model/diagnostic.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { connect } from "./connect.ts";

async function forge(): Promise<{ readonly fake: GithubFake; readonly wanted: WantedCheckRun }> {
  const fake = await githubFake();
  const head = pushFiles(fake.folder, "more-stock", { "services/stock.yaml": "id: stock\n" });
  const wanted = {
    name: "fairlead",
    head,
    externalId: "aaaa",
    conclusion: "success",
    title: "2 services change",
    summary: "…",
  } as const;
  return { fake, wanted };
}

function problems(count: number): Diagnostic[] {
  return Array.from({ length: count }, (_, at) => ({
    code: "value-type",
    severity: at === 0 ? "error" : "info",
    summary: `problem ${at}`,
    ...(at === 0 ? { hint: "write a\u001b number" } : {}),
    range: {
      file: "services/stock.yaml",
      start: { line: at + 1, column: 3, offset: 10 * at },
      end: { line: at + 1, column: 9, offset: 10 * at + 6 },
    },
  }));
}

describe("a check", () => {
  test("is made once, found again by its id, and brought up to date", async () => {
    const { fake, wanted } = await forge();
    const client = connect(fake);
    const first = await publishCheckRun(client, wanted);
    expect(first).toMatchObject({
      status: "completed",
      conclusion: "success",
      title: "2 services change",
      externalId: "aaaa",
    });
    const count = fake.requests.filter((one) => one.method !== "GET").length;
    expect(await publishCheckRun(client, wanted)).toEqual(first);
    expect(fake.requests.filter((one) => one.method !== "GET")).toHaveLength(count);
    const second = await publishCheckRun(client, { ...wanted, conclusion: "failure", title: "3 services change" });
    expect(second).toMatchObject({ id: first.id, conclusion: "failure", title: "3 services change" });
    expect(fake.world.checks).toHaveLength(1);
  });

  test("of another id, of another app or on another commit is another one", async () => {
    const { fake, wanted } = await forge();
    const client = connect(fake);
    const other = fake.token({ login: "evil[bot]", app: "evil", permissions: { checks: "write" } });
    const theirs = await publishCheckRun(connect(fake, { token: other }), { ...wanted, app: "evil" });
    const first = await publishCheckRun(client, wanted);
    const second = await publishCheckRun(client, { ...wanted, externalId: "bbbb" });
    expect(new Set([theirs.id, first.id, second.id]).size).toBe(3);
    const by = async (app: string) =>
      (await checksBy(client, { head: wanted.head, name: "fairlead", app })).map((one) => one.id);
    expect(await by("github-actions")).toEqual([second.id, first.id]);
    expect(await by("evil")).toEqual([theirs.id]);
    expect(await by("nobody")).toEqual([]);
  });

  test("carries its annotations in batches, each on its lines", async () => {
    const { fake, wanted } = await forge();
    const elsewhere: Diagnostic = { code: "services-none", severity: "warning", summary: "nowhere" };
    await publishCheckRun(connect(fake), { ...wanted, diagnostics: [elsewhere, ...problems(120)] });
    const annotations = fake.world.checks[0]?.annotations ?? [];
    expect(annotations).toHaveLength(120);
    expect(annotations[0]).toEqual({
      path: "services/stock.yaml",
      start_line: 1,
      end_line: 1,
      start_column: 3,
      end_column: 9,
      annotation_level: "failure",
      title: "value-type",
      message: "problem 0\nhint: write a<U+001B> number",
    });
    expect(annotations.map((one) => one["start_line"])).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
  });

  for (const failure of [{ how: "lost-answer" }, { how: "bad-gateway", done: true }, { how: "bad-gateway" }] as const) {
    for (const method of ["POST", "PATCH"]) {
      test(`has each annotation once where an answer to ${method} is lost (${JSON.stringify(failure)})`, async () => {
        const { fake, wanted } = await forge();
        fake.failNext({ match: new RegExp(`^${method} .*/check-runs`), ...failure });
        await publishCheckRun(connect(fake), { ...wanted, diagnostics: problems(120) });
        expect(fake.world.checks).toHaveLength(1);
        expect(fake.world.checks[0]?.annotations.map((one) => one["start_line"])).toEqual(
          Array.from({ length: 120 }, (_, at) => at + 1),
        );
      });
    }
  }

  test("takes a text of any length", async () => {
    const { fake, wanted } = await forge();
    const text = `\`\`\`diff\n${"+ ünïcode\n".repeat(20_000)}\`\`\`\n`;
    await publishCheckRun(connect(fake), { ...wanted, text, summary: text });
    expect(Buffer.byteLength(fake.world.checks[0]?.text ?? "")).toBeLessThanOrEqual(65_535);
  });
});

describe("a text that is cut", () => {
  test("is whole where it fits", () => {
    expect(cutText("abc\n", 4)).toBe("abc\n");
  });

  test("ends at a line, with its fence and its folds closed before the word that says so", () => {
    const line = "+ a line of a diff\n";
    const text = `Above\n<details><summary>more</summary>\n\n~~~~diff\n\`\`\`\n${line.repeat(100)}~~~~\n</details>\nBelow`;
    const cut = cutText(text, 700);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(700);
    expect(cut).toMatch(/\n\+ a line of a diff\n~~~~\n\n<\/details>\n\n… \(the rest is cut\)$/);
  });
});
