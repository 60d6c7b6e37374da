import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type CliResult, fairlead } from "./cli.ts";
import { git, temporaryFolder, writeFiles } from "./git-folder.ts";
import { shop } from "./shop.ts";

const SHARED = `project: shop
environments:
  staging: { target: { kind: local, allow_ephemeral: true } }
`;

export interface SharedShop {
  /** A clone with `main` checked out. */
  readonly folder: string;
  /** The bare repository that it was pushed to: `origin`. */
  readonly remote: string;
  /** The port of `stock`, its one service. */
  readonly port: number;
  /** The command with `-e staging`, in the clone. */
  run(...args: string[]): Promise<CliResult>;
  /** Writes files and commits them. */
  change(files: Readonly<Record<string, string>>): void;
  push(): void;
}

/** A shop whose State is shared: `stock` is deployed to `staging`, which runs on this machine, and everything is on a bare remote. */
export async function deployedShop(): Promise<SharedShop> {
  const { folder, stock } = await shop();
  writeFiles(folder, { "fairlead.yaml": SHARED });
  git(folder, "rm", "--quiet", "-r", "services/orders.yaml", "services/orders");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=Share staging");
  const remote = join(temporaryFolder(), "shop.git");
  git(folder, "clone", "--quiet", "--bare", folder, remote);
  git(folder, "remote", "add", "origin", remote);
  git(folder, "fetch", "--quiet", "origin");
  const run = (...args: string[]): Promise<CliResult> => fairlead([...args, "-e", "staging"], { cwd: folder });
  onTestFinished(async () => {
    await run("down");
  });
  const applied = await run("apply", "--yes");
  expect(applied.code, applied.stderr).toBe(0);
  return {
    folder,
    remote,
    port: stock,
    run,
    change(files) {
      writeFiles(folder, files);
      git(folder, "add", "--all");
      git(folder, "commit", "--quiet", "--message=Change");
    },
    push: () => void git(folder, "push", "--quiet", "origin", "main"),
  };
}

/** What a terminal's width has broken into lines. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\n\s*\| /g, " ");
}
