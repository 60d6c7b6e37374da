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
  *find(spec) {
    for (const { path, value } of texts(spec, [])) {
      const key = path.at(-1) ?? "";
      const shape = credentialShape(value);
      const named = shape === null && value.trim() !== "" && namesCredential(key) && mayBeSecret(path);
      if (shape === null && !named) continue;
      yield problemAt(
        spec,
        path,
        shape === null
          ? `\`${path.join(".")}\` holds a credential in clear text`
          : `\`${path.join(".")}\` looks like ${shape}, in clear text`,
      );
    }
  },
};

function problemAt(spec: Spec, keys: readonly string[], summary: string): PathProblem {
  const name = secretName(spec as unknown as Readonly<Record<string, unknown>>, keys);
  return {
    keys,
    at: "value",
    problem: {
      code: "credential-in-clear",
      severity: "error",
      summary,
      detail:
        "Everyone who can read the repository, now or later, can read it. If it was ever pushed, replace it where it was issued.",
      hint: `write \`{secret: ${name}}\` in its place and keep the value out of Git`,
    },
  };
}

/** The places where the schema takes a secret, and drivers' options beside them; not the name inside `{secret: NAME}`. */
function mayBeSecret(path: readonly string[]): boolean {
  const [block, second, part] = path;
  if (block === "environment") return path.length === 2;
  if (block === "security") return second === "jwt" && part === "secret" && path.length === 3;
  if (block === "databases") return part === "connection" && !(path.length > 4 && path.at(-1) === "secret");
  return block === "integrations" && part === "authentication" && path.length === 4;
}

function* texts(value: unknown, path: readonly string[]): Generator<{ path: readonly string[]; value: string }> {
  if (typeof value === "string") yield { path, value };
  else if (typeof value === "object" && value !== null)
    for (const [key, child] of Object.entries(value)) yield* texts(child, [...path, key]);
}
