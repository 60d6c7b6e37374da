import type { Spec } from "../../model/service.ts";
import type { PathProblem } from "../path-problem.ts";
import type { ServiceRule } from "../rule.ts";

/** One of `template`, `image`, `command` with `source` (or `processes` with it), and `external: true`. */
export const exactlyOneThingRuns: ServiceRule = {
  code: "runs-unclear",
  fact: "exactlyOneThingRuns",
  *find(spec) {
    const ways = waysOf(spec);
    const [first, second] = ways;
    if (first === undefined) yield nothingRuns();
    else if (second !== undefined)
      yield problemAt([second], {
        summary: `\`${first}\` and \`${second}\` both say what runs`,
        detail: "One of template, image, command with source, and external says what runs.",
        hint: "keep one of them",
      });
    else if ((first === "command" || first === "processes") && spec.source === undefined)
      yield problemAt([first], {
        summary: `\`${first}\` has no \`source\` to run in`,
        detail: "source is the folder of the service's code; it is what a release is made of.",
        hint: "add `source:` with the folder, relative to the repository",
      });
    else if (first !== "command" && first !== "processes" && spec.source !== undefined)
      yield problemAt(
        ["source"],
        {
          summary: `\`source\` says nothing beside \`${first}\``,
          detail: "Only a command runs in a source folder.",
          hint: "remove it, or add the `command` that runs the code and remove the other",
        },
        "key",
      );
  },
};

function waysOf(spec: Spec): string[] {
  const command = spec.command !== undefined ? "command" : spec.processes !== undefined ? "processes" : undefined;
  return [
    ...(spec.template === undefined ? [] : ["template"]),
    ...(spec.image === undefined ? [] : ["image"]),
    // An image may be given another command; its processes are its own as well.
    ...(command === undefined || spec.image !== undefined ? [] : [command]),
    ...(spec.external === true ? ["external"] : []),
  ];
}

function nothingRuns(): PathProblem {
  return problemAt(
    [],
    {
      summary: "nothing says what runs",
      detail: "One of template, image, command with source, and external says what runs.",
      hint: "add `command` and `source`, or `template: express`, or `external: true` if others run it",
    },
    "key",
  );
}

function problemAt(
  keys: readonly string[],
  words: { readonly summary: string; readonly detail: string; readonly hint: string },
  at: "value" | "key" = "key",
): PathProblem {
  return { keys, at, problem: { code: "runs-unclear", severity: "error", ...words } };
}
