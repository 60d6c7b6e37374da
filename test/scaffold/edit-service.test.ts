import { describe, expect, test } from "vitest";
import { editService, fieldEdit } from "../../src/scaffold/edit-service.ts";

const FILE = `# The stock service.
id: stock   # never changes
image: "registry.test/stock@sha256:${"a".repeat(64)}"  # set by the pipeline
environment: { GREETING: hello, LEVEL: 1 } # flow

runtime:
  replicas: 1 # one is enough
  # for now
  node_version: "24.x"
dependencies:
  - cache   # warm
  - orders
metrics:
description: |
  Keeps
  count.
# The end.
`;

/** The lines that differ, as a diff shows them. */
function diff(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `-${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `+${line}`);
  return [...gone, ...come].join("\n");
}

function edited(text: string, ...fields: readonly string[]): string {
  const edits = fields.map((field) => fieldEdit(field).value);
  const result = editService(
    text,
    edits.filter((edit) => edit !== null),
  );
  expect(result.diagnostics).toEqual([]);
  return result.value ?? "";
}

describe("setting a field", () => {
  test.each([
    [
      "a value in block style, its comment kept",
      "runtime.replicas=3",
      "-  replicas: 1 # one is enough\n+  replicas: 3 # one is enough",
    ],
    [
      "a value in braces",
      "environment.LEVEL=2",
      "-environment: { GREETING: hello, LEVEL: 1 } # flow\n+environment: { GREETING: hello, LEVEL: 2 } # flow",
    ],
    [
      "a text in braces that only quotes can hold there",
      "environment.GREETING=a, b",
      '-environment: { GREETING: hello, LEVEL: 1 } # flow\n+environment: { GREETING: "a, b", LEVEL: 1 } # flow',
    ],
    ["a new key of a mapping, behind its last line", "runtime.memory_limit=512MB", "+  memory_limit: 512MB"],
    [
      "a new key in braces",
      "environment.MORE=yes",
      "-environment: { GREETING: hello, LEVEL: 1 } # flow\n+environment: { GREETING: hello, LEVEL: 1, MORE: yes } # flow",
    ],
    [
      "a new block of several levels",
      "environments.staging.runtime.replicas=2",
      "+environments:\n+  staging:\n+    runtime:\n+      replicas: 2",
    ],
    [
      "a list as a whole",
      "dependencies=[cache]",
      "-dependencies:\n-  - cache   # warm\n-  - orders\n+dependencies: [cache]",
    ],
    ["below a key without a value", "metrics.enabled=true", "+  enabled: true"],
    ["a key without a value", "metrics={ enabled: true }", "-metrics:\n+metrics: { enabled: true }"],
    ["a text of several lines", "description=Short.", "-description: |\n-  Keeps\n-  count.\n+description: Short."],
  ])("changes %s", (_, field, expected) => {
    expect(diff(FILE, edited(FILE, field))).toBe(expected);
  });

  test("sets an image without a byte besides, and again without any", () => {
    const image = `registry.test/stock@sha256:${"b".repeat(64)}`;
    const once = edited(FILE, `image=${image}`);
    expect(once).toBe(FILE.replace(/"registry.*"/, image));
    expect(edited(once, `image=${image}`)).toBe(once);
  });

  test("keeps the line ends of Windows, and gives a last line one", () => {
    expect(edited("id: a\r\nruntime:\r\n  replicas: 1\r\n", "runtime.node_version='24'")).toBe(
      "id: a\r\nruntime:\r\n  replicas: 1\r\n  node_version: '24'\r\n",
    );
    expect(edited("id: a", "name=b")).toBe("id: a\nname: b\n");
  });

  test("takes a value for what YAML takes it for", () => {
    expect(edited("id: a\n", 'x-version="1.10"')).toBe('id: a\nx-version: "1.10"\n');
    expect(edited("id: a\n", "x-version=1.10")).toBe("id: a\nx-version: 1.10\n");
  });

  test.each([
    [
      "what stands for other places too",
      "b: *x",
      "`b.c` cannot be set: `b` is an alias: what it stands for is set elsewhere",
      "b.c=1",
    ],
    ["what other places stand for", "", "`a` cannot be set: `a` has an anchor or a tag", "a=1"],
    ["what is below a text", "t: text", "`t.c` cannot be set: `t` is no mapping: set it as a whole", "t.c=1"],
    ["an item of a list", "l: [1]", "`l.0` cannot be set: `l` is no mapping: set it as a whole", "l.0=1"],
  ])("refuses %s", (_, more, summary, field) => {
    const edit = fieldEdit(field).value;
    const result = editService(`a: &x { c: 0 }\n${more}\n`, edit === null ? [] : [edit]);
    expect(result).toMatchObject({ value: null, diagnostics: [{ code: "field-edit-impossible", summary }] });
  });

  test.each(["replicas", "=1", "a..b=1", "a=", "a=b: c", "a=&x 1", "a=*x", "a=1 # why", "a=!t 1", "a={", "a=1\nb: 2"])(
    "does not take %j for an edit",
    (argument) => {
      expect(fieldEdit(argument)).toMatchObject({ value: null, diagnostics: [{ code: "field-edit-unreadable" }] });
    },
  );
});
