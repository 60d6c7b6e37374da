import type { Project } from "../model/project.ts";

/**
 * The environments that a team shares, in the order in which they get a change: each after the one that it waits for,
 * otherwise as `fairlead.yaml` lists them. Development is everyone's own: its State never leaves a machine, so that nobody
 * else can plan it.
 */
export function promotionOrder({ environments }: Pick<Project, "environments">): readonly string[] {
  const order: string[] = [];
  const place = (name: string, trail: readonly string[]): void => {
    const environment = environments[name];
    if (environment === undefined || order.includes(name) || trail.includes(name)) return;
    if (typeof environment.apply === "object") place(environment.apply.after, [...trail, name]);
    order.push(name);
  };
  for (const name of Object.keys(environments)) place(name, []);
  return order.filter((name) => name !== "development");
}
