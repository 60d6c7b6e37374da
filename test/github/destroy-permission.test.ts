import { describe, expect, test } from "vitest";
import { readCommands } from "../../src/github/destroy-command.ts";
import { destroyPermissions } from "../../src/github/destroy-permission.ts";
import { type GithubFake, githubFake } from "../support/github/fake.ts";
import { pushFiles } from "../support/github/push.ts";
import { connect } from "./connect.ts";

const DIGEST = "0123456789ab";
const LINE = `/fairlead allow-destroy stock ${DIGEST}`;

async function pulled(): Promise<GithubFake> {
  const fake = await githubFake();
  pushFiles(fake.folder, "no-stock", { "services/stock.yaml": "id: stock\n" });
  fake.openPull({ branch: "no-stock" });
  return fake;
}

describe("a permission to destroy", () => {
  test("is a line by somebody who may write, with whom and where", async () => {
    const fake = await pulled();
    for (let at = 0; at < 120; at++) fake.comment(1, "bob", `talk ${at}`);
    const { id } = fake.comment(
      1,
      "alice",
      `I looked.\n\n${LINE} cart ABCDEF0123456789\n${LINE.replace("stock", "old")}\n`,
    );
    const by = { by: "alice", url: `https://github.test/acme/shop/pull/1#issuecomment-${id}` };
    expect(await destroyPermissions(connect(fake), 1)).toEqual({
      permissions: [
        { service: "stock", digestPrefix: DIGEST, ...by },
        { service: "cart", digestPrefix: "abcdef0123456789", ...by },
        { service: "old", digestPrefix: DIGEST, ...by },
      ],
      diagnostics: [],
    });
  });

  test("by somebody who may not write now is none, and that is said", async () => {
    const fake = await pulled();
    fake.comment(1, "mallory", LINE);
    const client = connect(fake);
    const refused = await destroyPermissions(client, 1);
    expect(refused.permissions).toEqual([]);
    expect(refused.diagnostics).toMatchObject([
      {
        code: "destroy-permission-refused",
        severity: "warning",
        summary: "a permission to destroy stock does not count: mallory has no write access to the repository",
      },
    ]);
    fake.person("mallory", "write");
    expect((await destroyPermissions(client, 1)).permissions).toHaveLength(1);
  });

  test("in a comment that was edited is none: whoever may write can put words into another's mouth", async () => {
    const fake = await pulled();
    fake.person("mallory", "write");
    const { id } = fake.comment(1, "alice", "looks good");
    const mallory = connect(fake, { token: fake.token({ login: "mallory" }) });
    await mallory.rest.issues.updateComment({ ...mallory.here, comment_id: id, body: LINE });
    const { permissions, diagnostics } = await destroyPermissions(connect(fake), 1);
    expect(permissions).toEqual([]);
    expect(diagnostics).toMatchObject([
      {
        summary: "a permission to destroy stock does not count: the comment was edited",
        hint: expect.stringContaining("new comment"),
      },
    ]);
  });

  test("that says too little is none, and how to say it is told", async () => {
    const fake = await pulled();
    fake.comment(1, "alice", "/fairlead allow-destroy stock 0123456789a");
    fake.comment(1, "alice", "/fairlead allow-destroy stock");
    fake.comment(1, "alice", `/fairlead allow-destroy St*ck ${DIGEST}`);
    const { permissions, diagnostics } = await destroyPermissions(connect(fake), 1);
    expect(permissions).toEqual([]);
    expect(diagnostics.map((one) => one.summary.replace("a permission to destroy does not count: ", ""))).toEqual([
      "`0123456789a` is not 12 to 64 hexadecimal digits",
      "it names no pairs of an id and a digest",
      "`St*ck` is no id of a service",
    ]);
  });
});

describe("only what people see as a line of its own counts", () => {
  const cases: Readonly<Record<string, string>> = {
    "in a fence": `\`\`\`\n${LINE}\n\`\`\``,
    "in a fence of tildes that never ends": `~~~\n\n${LINE}\n\n\`\`\`\n`,
    "in a fence longer than the one inside": `\`\`\`\`\n\`\`\`\n\n${LINE}\n`,
    "in a fence of a list": `- \`\`\`\n\n  ${LINE}\n`,
    "in a quotation": `> ${LINE}`,
    "in a quotation that goes on without its mark": `> he said\n${LINE}`,
    "in code": `\`${LINE}\``,
    "in code of several lines": `\`a\n${LINE}\nb\``,
    "as code by its indentation": `\n    ${LINE}`,
    "in a sentence": `I would say ${LINE}`,
    "in a paragraph": `So:\n${LINE}`,
    "in a list": `- ${LINE}`,
    "in a hidden comment": `hello <!-- x -->\n\n<!--\n\n${LINE}\n\n-->`,
    "in a processing instruction": `<?\n\n${LINE}\n\n?>`,
    "in an attribute": `<div title="\n\n${LINE}\n\n">`,
    "in text that HTML takes as it is": `<pre>\n\n${LINE}\n\n</pre>`,
    "in HTML": `<div>\n${LINE}\n</div>`,
    "of another command": "/fairlead allow-destroyed stock 0123456789ab",
  };
  for (const [where, text] of Object.entries(cases)) {
    test(`not ${where}`, () => expect(readCommands(text)).toEqual({ pairs: [], problems: [] }));
  }

  for (const [where, text] of Object.entries({
    "after a fence": `\`\`\`\nx\n\`\`\`\n${LINE}`,
    "after a quotation": `> so?\n\n${LINE}`,
    "after a hidden comment": `<!-- x -->\n\n${LINE}`,
    "with line breaks of Windows": `Yes.\r\n\r\n${LINE}\r\n`,
    "with spaces around": `  ${LINE.replaceAll(" ", "   ")}  `,
  })) {
    test(`but ${where}`, () => expect(readCommands(text).pairs).toEqual([{ service: "stock", digestPrefix: DIGEST }]));
  }
});
