import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

/**
 * The house rules, as a test: who may import whom, where the clock and the environment may be read, and that no file
 * grows into a catch-all. The table is the architecture; a new room is one line.
 */
const FLOOR_0 = ["model", "diagnostics", "git"];
const FLOOR_1 = [
  "catalog",
  "plan",
  "rollout",
  "state",
  "targets",
  "edge",
  "probes",
  "health",
  "imports",
  "incidents",
  "notify",
  "scaffold",
];
const FLOOR_2 = ["apply", "github", "site"];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  diagnostics: ["model"],
  git: ["model", "diagnostics"],
  // floors 1 and 2: never each other
  ...Object.fromEntries(FLOOR_1.map((room) => [room, FLOOR_0])),
  ...Object.fromEntries(FLOOR_2.map((room) => [room, [...FLOOR_0, ...FLOOR_1]])),
  // floor 3: the faces
  agent: [...FLOOR_0, "targets", "edge"],
  cli: [...FLOOR_0, ...FLOOR_1, ...FLOOR_2, "agent"],
};

/** The rooms that may read the clock, the environment and randomness, and end the process. */
const FACES = new Set(["agent", "cli"]);

const root = join(import.meta.dirname, "..");
const files = sourceFiles(join(root, "src"));

describe("imports", () => {
  for (const file of files) {
    test(`${file.path} imports its own folder or a lower floor`, () => {
      for (const target of file.imports) {
        if (target.room === file.room) continue;
        const allowed = ROOMS[file.room];
        expect(allowed, `the folder src/${file.room} is not in the table of rooms`).toBeDefined();
        expect(allowed, `${file.path} imports ${target.path}`).toContain(target.room);
      }
    });
  }

  test("no circle of files", () => {
    const graph = new Map(files.map((file) => [file.path, file.imports.filter((i) => !i.typeOnly).map((i) => i.path)]));
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      expect(trail, `circle: ${[...trail, path].join(" -> ")}`).not.toContain(path);
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
  });

  const ROOM = new RegExp(`/src/(?:${Object.keys(ROOMS).join("|")})/`);
  test("the site takes types alone from src/", () => {
    for (const path of walk(join(root, "site", "src"))) {
      if (!/\.(ts|astro)$/.test(path)) continue;
      for (const line of readFileSync(path, "utf8").split("\n")) {
        if (/from\s+"(?:\.\.\/)+src\/\w+\//.test(line) && ROOM.test(line))
          expect(line, path).toMatch(/^\s*import type /);
      }
    }
  });
});

describe("purity", () => {
  /** Where data goes in and data comes out: neither disk, network, processes nor time. */
  const PURE = new Set(["plan", "rollout"]);
  for (const file of files.filter((candidate) => PURE.has(candidate.room))) {
    test(`${file.path} can run with no disk, network, process or timer`, () => {
      expect(file.code).not.toMatch(/from "node:(?:fs|net|http|https|dns|tls|child_process|worker_threads|timers)/);
      expect(file.code).not.toMatch(/from "(?:undici|fastify|execa|simple-git|chokidar|\.\.\/git\/)/);
      expect(file.code).not.toMatch(/\b(?:setTimeout|setInterval|setImmediate)\(|AbortSignal\.timeout\(/);
    });
  }

  const impure: readonly (readonly [string, RegExp])[] = [
    ["the environment", /\bprocess\.env\b/],
    ["the wall clock", /\bDate\.now\(|\bnew Date\(\)/],
    ["the monotonic clock", /\bperformance\.now\(/],
    ["randomness", /\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/],
    ["the exit code", /\bprocess\.exit\(|\bprocess\.exitCode\b/],
    ["standard output", /\bconsole\.\w+\(|\bprocess\.stdout\.write\(/],
  ];
  for (const file of files.filter((candidate) => !FACES.has(candidate.room))) {
    test(`${file.path} leaves clock, environment, randomness and exit to the faces`, () => {
      for (const [what, pattern] of impure) expect(file.code, `${file.path} touches ${what}`).not.toMatch(pattern);
    });
  }
});

describe("shape", () => {
  for (const file of files) {
    test(`${file.path} is named for one thing and stays readable`, () => {
      expect(file.path).not.toMatch(/\/(utils?|helpers?|common|misc|shared|index|types)\.ts$/);
      expect(file.code.split("\n").length, `${file.path} has grown too long`).toBeLessThanOrEqual(500);
    });
  }
});

interface SourceFile {
  readonly path: string;
  readonly room: string;
  /** Without comments, so that prose about `process.env` is no offence. */
  readonly code: string;
  readonly imports: readonly { readonly path: string; readonly room: string; readonly typeOnly: boolean }[];
}

function sourceFiles(folder: string): SourceFile[] {
  const found: SourceFile[] = [];
  for (const path of walk(folder)) {
    if (!path.endsWith(".ts") || path.includes("/generated/")) continue;
    const code = readFileSync(path, "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/(^|\s)\/\/.*$/gm, "");
    const imports = [
      ...code.matchAll(/(import|export)\s+(type\s+)?(?:[^"';]*?from\s+)?"(\.[^"]+)"|import\("(\.[^"]+)"\)/g),
    ].map((match) => {
      const target = normalize(join(dirname(path), match[3] ?? match[4] ?? ""));
      return { path: relative(root, target), room: roomOf(target), typeOnly: match[2] !== undefined };
    });
    found.push({ path: relative(root, path), room: roomOf(path), code, imports });
  }
  return found;
}

function roomOf(path: string): string {
  return relative(join(root, "src"), path).split("/")[0] ?? "";
}

function* walk(folder: string): Generator<string> {
  let entries: import("node:fs").Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && entry.name !== "templates") yield* walk(path);
    } else yield path;
  }
}
