import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ENV = { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null", TF_IN_AUTOMATION: "1" };

/** True where `terraform` is on the path; its side of the comparison needs no provider and no network. */
export function terraformVersion(): string | null {
  try {
    const { terraform_version } = JSON.parse(
      execFileSync("terraform", ["version", "-json"], { env: ENV, stdio: ["ignore", "pipe", "ignore"] }).toString(),
    );
    return String(terraform_version);
  } catch {
    return null;
  }
}

/** As many `terraform_data` resources as we have services, applied, so that a plan over them is a no-op. */
export function terraformFolder({ folder, count }: { readonly folder: string; readonly count: number }): {
  cwd: string;
  env: NodeJS.ProcessEnv;
} {
  mkdirSync(folder, { recursive: true });
  const resources = Array.from({ length: count }, (_, index) => {
    const before = index < 10 ? "" : `\n  depends_on = [terraform_data.s${Math.floor(index / 2)}]`;
    return `resource "terraform_data" "s${index}" {\n  input = { port = ${10000 + index}, level = "info", region = "eu-west" }${before}\n}\n`;
  });
  writeFileSync(join(folder, "main.tf"), resources.join("\n"));
  const run = (...args: string[]): void => {
    execFileSync("terraform", args, {
      cwd: folder,
      env: ENV,
      stdio: ["ignore", "ignore", "inherit"],
      maxBuffer: 1 << 30,
    });
  };
  run("init", "-input=false", "-no-color");
  return { cwd: folder, env: ENV };
}

export function terraformApply(at: { cwd: string; env: NodeJS.ProcessEnv }): void {
  execFileSync("terraform", ["apply", "-auto-approve", "-input=false", "-no-color"], {
    ...at,
    stdio: ["ignore", "ignore", "inherit"],
    maxBuffer: 1 << 30,
  });
}
