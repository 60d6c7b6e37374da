import type { ServiceId } from "../../model/basics.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Release } from "../../model/state.ts";

export interface VariablesInput {
  readonly release: Release;
  readonly environment: string;
  /** `http://127.0.0.1:4001` of a service that clients can reach; null of one without a port. */
  readonly addressOf: (service: ServiceId) => string | null;
}

/** The variables that a release gives its instances, or what stands in the way. PORT and inherited ones come from the agent. Pure. */
export function instanceVariables({
  release,
  environment,
  addressOf,
}: VariablesInput):
  | { readonly is: "ready"; readonly variables: Readonly<Record<string, string>> }
  | { readonly is: "refused"; readonly diagnostic: Diagnostic } {
  const { spec } = release;
  const variables: Record<string, string> = { LOG_LEVEL: spec.logging.level };
  for (const [name, value] of Object.entries(spec.environment)) {
    if (typeof value !== "string") {
      const diagnostic: Diagnostic = {
        code: "secret-unresolved",
        severity: "error",
        summary: `environment.${name} refers to the secret ${value.secret}, which nothing can resolve yet`,
        detail: "A service is never started with a reference in place of a value.",
        hint: "Remove the reference, or write a value that is not secret.",
        service: release.service,
        environment,
      };
      return { is: "refused", diagnostic };
    }
    variables[name] = value;
  }
  for (const dependency of spec.dependencies) {
    const address = addressOf(dependency);
    if (address !== null) variables[urlVariable(dependency)] = address;
  }
  variables["FAIRLEAD_SERVICE"] = release.service;
  variables["FAIRLEAD_RELEASE"] = String(release.number);
  variables["FAIRLEAD_ENVIRONMENT"] = environment;
  return { is: "ready", variables };
}

/** `orders-db` → `FAIRLEAD_URL_ORDERS_DB`: where a service finds its dependency. */
export function urlVariable(service: ServiceId): string {
  return `FAIRLEAD_URL_${service.toUpperCase().replaceAll("-", "_")}`;
}

/** What instances inherit of the agent's own variables: what programs need to run at all, and never what may be secret. */
export function inheritedVariables(
  env: Readonly<Record<string, string | undefined>>,
  nodeFolder: string,
): Readonly<Record<string, string>> {
  const names = [
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "NODE_EXTRA_CA_CERTS",
  ];
  const inherited: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) inherited[name] = value;
  }
  // `node` means the one that Fairlead itself runs on, however old the system's is.
  const path = (env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(":").filter((folder) => folder !== nodeFolder);
  inherited["PATH"] = [nodeFolder, ...path].join(":");
  return inherited;
}
