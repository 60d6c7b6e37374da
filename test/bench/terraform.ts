import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
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

/**
 * Writes the state that `terraform apply` would leave (format 4), since applying 10,000 resources takes it more than half
 * an hour. That it is the same is proven by the plan that is measured: it has to find nothing to do.
 */
export function writeTerraformState({ cwd, count, version }: { cwd: string; count: number; version: string }): void {
  const type = ["object", { level: "string", port: "number", region: "string" }];
  const resources = Array.from({ length: count }, (_, index) => {
    const data = { value: { level: "info", port: 10000 + index, region: "eu-west" }, type };
    const dependencies: string[] = [];
    for (let at = index; at >= 10; ) {
      at = Math.floor(at / 2);
      dependencies.push(`terraform_data.s${at}`);
    }
    const attributes = { id: randomUUID(), input: data, output: data, triggers_replace: null };
    const instance = { schema_version: 0, attributes, sensitive_attributes: [] };
    return {
      mode: "managed",
      type: "terraform_data",
      name: `s${index}`,
      provider: 'provider["terraform.io/builtin/terraform"]',
      instances: [dependencies.length > 0 ? { ...instance, dependencies: dependencies.sort() } : instance],
    };
  });
  const state = { version: 4, terraform_version: version, serial: 1, lineage: randomUUID(), outputs: {}, resources };
  writeFileSync(join(cwd, "terraform.tfstate"), JSON.stringify({ ...state, check_results: null }, null, 2));
}
