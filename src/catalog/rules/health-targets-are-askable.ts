import type { AskedHow } from "../../model/service.ts";
import type { ServiceRule } from "../rule.ts";

/** What an address of each scheme reads beside the address; the rest of the keys would say nothing. */
const READ_BY: Readonly<Partial<Record<keyof AskedHow, readonly string[]>>> = {
  method: ["http", "https"],
  body: ["http", "https"],
  graphql: ["http", "https"],
  follow_redirects: ["http", "https", "ws", "wss"],
  headers: ["http", "https", "ws", "wss", "grpc", "grpcs"],
  send: ["ws", "wss", "tcp"],
  query: ["postgres", "postgresql", "mysql", "mariadb", "redis", "rediss", "mongodb", "mongodb+srv"],
  dns: ["dns"],
  grpc_service: ["grpc", "grpcs"],
};

/** An address can be read, has the port that its scheme needs, and the keys beside it are its own; names are told apart. */
export const healthTargetsAreAskable: ServiceRule = {
  code: "health-target",
  fact: "healthTargetsAreAskable",
  *find({ health }) {
    if (health === undefined) return;
    if (health.endpoint !== undefined) yield* problemsOf(health, health.endpoint, ["health"], "endpoint");
    const names = new Set<string>();
    for (const [index, target] of (health.targets ?? []).entries()) {
      const keys = ["health", "targets", String(index)];
      if (typeof target === "string") {
        yield* problemsOf({}, target, keys, null);
        continue;
      }
      if (typeof target.url === "string") yield* problemsOf(target, target.url, keys, "url");
      if (target.name === undefined) continue;
      if (names.has(target.name))
        yield problem([...keys, "name"], `there is a second target \`${target.name}\``, NAMES);
      names.add(target.name);
    }
  },
};

const NAMES = "give each target a name of its own: the checks are listed by it";

function* problemsOf(
  block: AskedHow,
  address: string,
  keys: readonly string[],
  key: string | null,
): Generator<ReturnType<typeof problem>> {
  const at = key === null ? keys : [...keys, key];
  const scheme = address.startsWith("/") ? "http" : address.slice(0, address.indexOf(":")).toLowerCase();
  if (!address.startsWith("/")) {
    if (!URL.canParse(address)) {
      yield problem(at, `\`${address}\` is no address`, "write it as scheme://host:port");
      return;
    }
    const { port, hostname } = new URL(address);
    if (scheme !== "dns" && hostname === "")
      yield problem(at, `\`${address}\` names no host`, "write it as scheme://host:port");
    else if (scheme === "tcp" && port === "")
      yield problem(at, `\`${address}\` names no port`, "TCP has no usual one: write tcp://host:port");
  }
  for (const [name, schemes] of Object.entries(READ_BY)) {
    if (block[name as keyof AskedHow] === undefined || schemes.includes(scheme)) continue;
    yield problem(
      [...keys, name],
      `\`${name}\` says nothing to ${scheme}:`,
      `it is for ${schemes.map((one) => `${one}:`).join(" ")}`,
    );
  }
}

function problem(keys: readonly string[], summary: string, hint: string) {
  return { keys, at: "value" as const, problem: { code: "health-target", severity: "error" as const, summary, hint } };
}
