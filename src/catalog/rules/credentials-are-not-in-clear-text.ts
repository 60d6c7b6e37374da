import type { Spec } from "../../model/service.ts";
import { credentialShape, namesCredential } from "../mask-credentials.ts";
import type { PathProblem } from "../path-problem.ts";
import type { ServiceRule } from "../rule.ts";
import { secretName } from "../secret-name.ts";

/**
 * In every environment, development too: what is once committed stays in the history. By the key's name where a value may
 * be a secret (variables, connections, authentication, tokens), by the value's shape everywhere. The value itself is never
 * in the message.
 */
export const credentialsAreNotInClearText: ServiceRule = {
  code: "credential-in-clear",
  fact: "credentialsAreNotInClearText",
  readsAnything: true,
  find(spec) {
    const problems: PathProblem[] = [];
    const path: string[] = [];
    // Every text of every service comes by here: no generators, and the cheap questions first.
    const visit = (value: unknown): void => {
      if (typeof value === "string") {
        const shape = credentialShape(value);
        if (shape !== null) problems.push(problemAt(spec, [...path], `looks like ${shape}, in clear text`));
        else if (mayBeSecret(path) && value.trim() !== "" && namesCredential(path.at(-1) ?? ""))
          problems.push(problemAt(spec, [...path], "holds a credential in clear text"));
      } else if (typeof value === "object" && value !== null) {
        for (const key of Object.keys(value)) {
          path.push(key);
          visit((value as Readonly<Record<string, unknown>>)[key]);
          path.pop();
        }
      }
    };
    visit(spec);
    return problems;
  },
};

function problemAt(spec: Spec, keys: readonly string[], what: string): PathProblem {
  const name = secretName(spec as unknown as Readonly<Record<string, unknown>>, keys);
  return {
    keys,
    at: "value",
    problem: {
      code: "credential-in-clear",
      severity: "error",
      summary: `\`${keys.join(".")}\` ${what}`,
      detail:
        "Everyone who can read the repository, now or later, can read it. If it was ever pushed, replace it where it was issued.",
      hint: `write \`${insteadOf(keys, name)}\` in its place and keep the value out of Git`,
    },
  };
}

/** The service's own endpoint is a text, and so is a target's short form: an address that is a secret is a target's `url`. */
function insteadOf([block, key, ...rest]: readonly string[], name: string): string {
  if (block === "health" && key === "endpoint") return `targets: [{url: {secret: ${name}}}]`;
  if (block === "health" && key === "targets" && rest.length === 1) return `{url: {secret: ${name}}}`;
  return `{secret: ${name}}`;
}

/** The places where the schema takes a secret, and drivers' options beside them; not the name inside `{secret: NAME}`. */
function mayBeSecret(path: readonly string[]): boolean {
  const [block, second, part] = path;
  if (block === "environment") return path.length === 2;
  if (block === "security") return second === "jwt" && part === "secret" && path.length === 3;
  if (block === "databases") return part === "connection" && !(path.length > 4 && path.at(-1) === "secret");
  return block === "integrations" && part === "authentication" && path.length === 4;
}
