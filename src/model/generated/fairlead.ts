/** Generated from schemas/fairlead.schema.json by `npm run types`; edit the schema instead. */

/**
 * fairlead.yaml: the project, where its services are declared, and where they run. Keys that begin with x- are yours and are ignored.
 */
export interface ProjectInput {
  /**
   * The project's name: the group of every service that names none.
   */
  project: string;
  /**
   * Globs of the service files, relative to the repository.
   *
   * @minItems 1
   */
  services?: string[];
  /**
   * Where services run, by a name of your own; each is bound to one target.
   */
  environments?: {
    [k: string]: Environment;
  };
  /**
   * Keys of a service file that every service gets unless it sets them itself.
   */
  defaults?: {};
  safety?: Safety;
  health?: Health;
  site?: Site;
  /**
   * Who is told when a service goes down, and when it is back.
   */
  notifications?: Notification[];
}
/**
 * One place where services run.
 */
export interface Environment {
  target: Target;
  /**
   * When a merged change is applied: on_merge at once, manual by hand, or after another environment has it. production is manual unless you say otherwise, others on_merge.
   */
  apply?:
    | string
    | {
        /**
         * The environment that must have the change first.
         */
        after: string;
      };
  /**
   * Who may let a change be applied here: one of them approves the pull request, or starts the apply by hand. Checked through GitHub, for plans of GitHub without required reviewers.
   *
   * @minItems 1
   */
  approvers?: string[];
}
/**
 * The engine that runs the services of an environment.
 */
export interface Target {
  /**
   * local: processes on this machine, kept by Fairlead itself. docker: Docker Engines over SSH, or a Swarm. kubernetes: a cluster.
   */
  kind: "local" | "docker" | "kubernetes";
  /**
   * local: run even on a hosted CI runner, whose services end with the job.
   */
  allow_ephemeral?: boolean;
  /**
   * docker: the hosts that share the services.
   *
   * @minItems 1
   *
   * Items: One Docker host.
   */
  hosts?: {
    /**
     * Its name in plans and reports.
     */
    id: string;
    /**
     * Where its Docker Engine is reached.
     */
    address: string;
    /**
     * Its SSH host key; another one is refused.
     */
    host_key?: string;
  }[];
  /**
   * kubernetes: the context of the kubeconfig.
   */
  context?: string;
  /**
   * kubernetes: the namespace that services live in.
   */
  namespace?: string;
}
/**
 * Limits that stop an apply which would do too much.
 */
export interface Safety {
  /**
   * The largest share of recorded services, in percent, that one apply may delete.
   */
  max_delete_percent?: number;
}
/**
 * How services are watched, and how long what was seen is kept.
 */
export interface Health {
  /**
   * Something far away that is always there. Where a service and this fail together, the trouble is the watcher's: the time is unknown, not down.
   */
  control?: string;
  /**
   * Collectors that stand and watch (`fairlead watch`). One that falls silent is itself an alert of the next `fairlead check`.
   *
   * Items: The name that a collector was given with --collector.
   */
  watchers?: string[];
  /**
   * How long history is kept, the finer the shorter. Months are kept for ever.
   */
  retention?: {
    /**
     * Each sample in full.
     */
    samples?: string | number;
    /**
     * Counts of each hour.
     */
    hours?: string | number;
    /**
     * Counts of each day.
     */
    days?: string | number;
  };
}
/**
 * The status site.
 */
export interface Site {
  /**
   * The site's title.
   */
  title?: string;
  /**
   * One sentence under the title, and in search results.
   */
  description?: string;
  /**
   * Where the site is published, for feeds and links.
   */
  url?: string;
  /**
   * The path under which the site is served, with a slash at both ends.
   */
  base?: string;
  /**
   * Internal facts to publish. None unless you say so: the page of a private repository is public.
   */
  include?: ("dependencies" | "releases" | "configuration")[];
  /**
   * The language of the site's own words.
   */
  language?: "en" | "de" | "zh" | "es";
  /**
   * A picture in the repository that stands before the title: SVG, PNG, WebP or JPEG of at most 200 KB.
   */
  logo?: string;
  /**
   * The colour of links. The site lightens or darkens it where it would be hard to read.
   */
  accent?: string;
  /**
   * Links in the head of every page.
   *
   * @maxItems 8
   */
  links?: {
    /**
     * What it says.
     */
    text: string;
    /**
     * Where it leads.
     */
    url: string;
  }[];
  /**
   * The shortest time between two rebuilds while fairlead up runs.
   */
  refresh?: string | number;
}
/**
 * One way of telling people.
 */
export interface Notification {
  /**
   * Its name in reports, and in what is remembered of what was told: with another name everything open is told anew.
   */
  name?: string;
  /**
   * How they are told: JSON by POST, a webhook that takes Slack's messages, or email.
   */
  type: "webhook" | "slack" | "email";
  /**
   * The address, or the secret that holds it.
   */
  to:
    | string
    | {
        /**
         * The name of the secret: where Fairlead runs, the environment variable of that name.
         */
        secret: string;
      };
  /**
   * What they are told of. `fast_burn`: a service with an `slo` spends its error budget so fast that somebody should look now. `deployed` and `failed`: what an apply made of a service.
   *
   * @minItems 1
   */
  events?: ("down" | "degraded" | "recovered" | "fast_burn" | "deployed" | "failed")[];
  /**
   * Whose services they are told of; without it, of all.
   *
   * @minItems 1
   *
   * Items: The id of a service, or all that have an owner.
   */
  services?: (
    | string
    | {
        /**
         * The owner, as service files name it.
         */
        owner: string;
      }
  )[];
  /**
   * How often they are told again while something that they were told of goes on.
   */
  reminder?: string | number;
  /**
   * webhook: the JSON to send, with values put in by {{json NAME}}: event, text, title, service, name, environment, incident, says, at, key, url.
   */
  template?: string;
  /**
   * webhook: the secret to sign with. X-Fairlead-Signature is sha256= and the HMAC-SHA256, in hexadecimal, of X-Fairlead-Timestamp, a dot and the body.
   */
  sign_with?: {
    /**
     * The name of the secret: where Fairlead runs, the environment variable of that name.
     */
    secret: string;
  };
  /**
   * email: the sender's address.
   */
  from?: string;
  /**
   * email: the SMTP server's address with what it asks for, as smtp:// or smtps://, or the secret that holds it.
   */
  server?:
    | string
    | {
        /**
         * The name of the secret: where Fairlead runs, the environment variable of that name.
         */
        secret: string;
      };
}
