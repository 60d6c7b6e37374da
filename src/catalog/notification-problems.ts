import { suggest } from "../diagnostics/suggest.ts";
import type { ServiceId } from "../model/basics.ts";
import { digestOf } from "../model/digest.ts";
import type { NotificationSpec } from "../model/project.ts";
import type { PathProblem } from "./path-problem.ts";

/** A notification as written, defaults filled in, before it has a name for certain. */
type Given = Omit<NotificationSpec, "name"> & { readonly name?: string };

/** One that names itself by nothing is known by where it goes, so that moving it in the list changes nothing. */
export function named(given: Given): NotificationSpec {
  return { ...given, name: given.name ?? `${given.type}-${digestOf({ type: given.type, to: given.to }).slice(0, 8)}` };
}

const OF_WEBHOOK = ["template", "sign_with"] as const;
const OF_EMAIL = ["from", "server"] as const;

/** What is wrong with notifications beyond their schema. Keys are paths in `fairlead.yaml`. */
export function notificationProblems(notifications: readonly NotificationSpec[]): readonly PathProblem[] {
  const problems: PathProblem[] = [];
  const names = new Set<string>();
  for (const [index, spec] of notifications.entries()) {
    const at = ["notifications", String(index)];
    const say = (
      key: string | null,
      where: "value" | "key",
      problem: Omit<PathProblem["problem"], "severity">,
    ): void => {
      problems.push({ keys: key === null ? at : [...at, key], at: where, problem: { severity: "error", ...problem } });
    };
    if (names.has(spec.name))
      say("name", "value", {
        code: "value-twice",
        summary: `two notifications are \`${spec.name}\``,
        detail: "What was told is remembered by the name.",
        hint: "give each a `name` of its own",
      });
    names.add(spec.name);
    const foreign = [...(spec.type === "webhook" ? [] : OF_WEBHOOK), ...(spec.type === "email" ? [] : OF_EMAIL)].filter(
      (key) => spec[key] !== undefined,
    );
    for (const key of foreign)
      say(key, "key", {
        code: "key-misplaced",
        summary: `\`${key}\` has no meaning beside \`type: ${spec.type}\``,
        hint: "remove it",
      });
    if (spec.type === "email")
      for (const key of OF_EMAIL)
        if (spec[key] === undefined)
          say(null, "value", {
            code: "key-missing",
            summary: `an email lacks \`${key}\``,
            hint: key === "from" ? "add `from: fairlead@example.com`" : "add `server: {secret: SMTP_URL}`",
          });
    if (typeof spec.to === "string") {
      const wrong = addressProblem(spec.type, spec.to);
      if (wrong !== null) say("to", "value", wrong);
    }
    if (typeof spec.server === "string") {
      const { protocol, password } = URL.canParse(spec.server) ? new URL(spec.server) : { protocol: "", password: "" };
      if (protocol !== "smtp:" && protocol !== "smtps:")
        say("server", "value", {
          code: "value-format",
          summary: "`server` begins with neither `smtp://` nor `smtps://`",
          hint: "an example: `smtps://mail.example.com`",
        });
      else if (password !== "") say("server", "value", inClear("server", "SMTP_URL"));
    }
  }
  return problems;
}

/** Services that are named and that there are not. */
export function unknownServices(
  notifications: readonly NotificationSpec[],
  services: ReadonlySet<ServiceId>,
): readonly PathProblem[] {
  return notifications.flatMap(({ services: wanted = [] }, index) =>
    wanted.flatMap((one, position): PathProblem[] => {
      if (typeof one !== "string" || services.has(one)) return [];
      const meant = suggest(one, services);
      return [
        {
          keys: ["notifications", String(index), "services", String(position)],
          at: "value",
          problem: {
            code: "service-unknown",
            severity: "error",
            summary: `there is no service \`${one}\``,
            ...(meant === undefined ? {} : { hint: `did you mean \`${meant}\`?` }),
          },
        },
      ];
    }),
  );
}

function addressProblem(type: NotificationSpec["type"], to: string): Omit<PathProblem["problem"], "severity"> | null {
  if (type === "email")
    return /^[^\s@]+@[^\s@]+(?:\s*,\s*[^\s@]+@[^\s@]+)*$/.test(to)
      ? null
      : { code: "value-format", summary: "`to` is no email address", hint: "an example: `ops@example.com`" };
  if (!/^https?:\/\//i.test(to) || !URL.canParse(to))
    return {
      code: "value-format",
      summary: "`to` begins with neither `https://` nor `http://`",
      hint: "keep the address in a secret: `to: {secret: ALERT_WEBHOOK}`",
    };
  const { hostname, password } = new URL(to);
  // Whoever knows such an address can post: the address itself is the credential.
  return password !== "" || hostname === "hooks.slack.com" ? inClear("to", "ALERT_WEBHOOK") : null;
}

function inClear(key: string, secret: string): Omit<PathProblem["problem"], "severity"> {
  return {
    code: "credential-in-clear",
    summary: `\`${key}\` holds a credential in clear text`,
    detail: "Everybody who can read the repository could use it.",
    hint: `write \`${key}: {secret: ${secret}}\`, and revoke what was committed`,
  };
}
