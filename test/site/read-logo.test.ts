import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLogo } from "../../src/site/read-logo.ts";
import { temporaryFolder } from "../support/git-folder.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000", "hex");

async function read(path: string, content: string | Buffer) {
  const root = temporaryFolder();
  await mkdir(join(root, "assets"));
  await writeFile(join(root, path), content);
  const { value, diagnostics } = await readLogo(root, path);
  return { file: value?.file ?? null, says: diagnostics.map(({ summary }) => summary) };
}

test("a picture of the repository becomes the site's logo", async () => {
  expect(await read("assets/mark.png", PNG)).toEqual({ file: "logo.png", says: [] });
  const svg = '<?xml version="1.0"?>\n<!-- drawn --><svg viewBox="0 0 8 8"><path fill="url(#a)" d="M0 0h8v8z"/></svg>';
  expect(await read("mark.svg", svg)).toEqual({ file: "logo.svg", says: [] });
});

test.each([
  ["a script", "<svg><script>alert(1)</script></svg>"],
  ["a handler", '<svg onload="alert(1)"></svg>'],
  ["a handler without a space", '<svg><path d=""onclick="alert(1)"/></svg>'],
  ["HTML", "<svg><foreignObject></foreignObject></svg>"],
  ["a link that runs", '<svg><a href="javascript:alert(1)"></a></svg>'],
  ["a link that runs, hidden", '<svg><a href="java&#115;cript:alert(1)"></a></svg>'],
  ["another picture", '<svg><image href="https://example.com/track.png"/></svg>'],
  ["another stylesheet", "<svg><style>@import 'https://example.com/a.css';</style></svg>"],
  ["an address in a style", '<svg><path style="fill:url(https://example.com/a)"/></svg>'],
  ["an entity", '<!DOCTYPE svg [<!ENTITY a "b">]><svg></svg>'],
  ["an animation that sets a link", '<svg><a><set attributeName="href" to="x"/></a></svg>'],
])("an SVG with %s is not published", async (_, svg) => {
  const { file, says } = await read("logo.svg", svg);
  expect(file).toBeNull();
  expect(says).toHaveLength(1);
});

test("what is no picture, too large, missing or elsewhere is said, and the site does without", async () => {
  expect((await read("logo.png", "hello")).says).toEqual([
    "the logo `logo.png` is no PNG picture, so the site is built without it",
  ]);
  expect((await read("logo.png", Buffer.concat([PNG, Buffer.alloc(300_000)]))).says).toEqual([
    "the logo `logo.png` is 293 KB large, so the site is built without it",
  ]);
  const root = temporaryFolder();
  const elsewhere = temporaryFolder();
  await writeFile(join(elsewhere, "secret.png"), PNG);
  await symlink(join(elsewhere, "secret.png"), join(root, "logo.png"));
  expect((await readLogo(root, "logo.png")).diagnostics).toMatchObject([
    { summary: "the logo `logo.png` lies outside the repository, so the site is built without it" },
  ]);
  expect((await readLogo(root, "none.png")).diagnostics).toMatchObject([
    { severity: "warning", summary: "the logo `none.png` could not be read (ENOENT), so the site is built without it" },
  ]);
});
