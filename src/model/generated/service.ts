/** Generated from schemas/service.schema.json by `npm run types`; edit the schema instead. */

/**
 * One backend service of a Fairlead repository: what it is, what runs, how it is reached, checked and deployed. Keys that begin with x- are yours and are ignored.
 */
export interface ServiceInput {
  /**
   * The service's name for machines: lower-case letters, digits and hyphens, at most 63 characters, unique in the repository. Changing it makes another service, unless previous_id names the old one.
   */
  id: string;
  /**
   * The id this service had before: makes a rename a move instead of a delete and a create. Remove it once the move is applied everywhere.
   */
  previous_id?: string;
  environments?: Environments;
  /**
   * The service's name for people, as plans and the status page show it.
   */
  name: string;
  /**
   * One or two sentences: what the service does, and for whom.
   */
  description?: string;
  /**
   * The name of an icon from Ionicons, shown beside the service.
   */
  icon?: string;
  /**
   * The group of services this one belongs to. Without it, the project that fairlead.yaml names.
   */
  project?: string;
  /**
   * Who answers for the service: a team or a person.
   */
  owner?: string;
  /**
   * What sort of service it is: api (serves applications), data (keeps data), integration (talks to other systems), utility (does one job for others).
   */
  type: "api" | "data" | "integration" | "utility";
  /**
   * What it is more exactly. api: rest graphql websocket auth. data: database storage cache search. integration: connector webhook events notification. utility: image pdf email analytics.
   */
  kind?: string;
  /**
   * The status you want: active (runs), inactive (stopped, but kept on record), maintenance (runs, and answers 503 with Retry-After to clients).
   */
  status?: "active" | "inactive" | "maintenance";
  /**
   * Paths the service answers under, each beginning with a slash.
   */
  endpoints?: string[];
  /**
   * Ids of the services this one needs. They are brought up first and taken down last; a missing one, or a circle, is an error.
   */
  dependencies?: string[];
  configuration?: Configuration;
  /**
   * Run the service straight from one of Fairlead's templates, with no code of its own. One of template, command, image and external says what runs.
   */
  template?: "express" | "php" | "flask";
  template_options?: TemplateOptions;
  /**
   * The program and its arguments, one list item each; no shell reads it. It runs in source and listens on the port given as PORT.
   *
   * @minItems 1
   */
  command?: string[];
  /**
   * The folder of the service's code, relative to the repository, and the working folder of command. Editing a file in it is a change that the plan shows.
   */
  source?: string;
  /**
   * Further files and folders whose content belongs to what runs, relative to the repository: shared code, a lockfile.
   */
  watch?: string[];
  /**
   * A container image, by digest outside development. Targets that cannot run images say so in the plan.
   */
  image?: string;
  /**
   * true for a service that others run: Fairlead checks and shows it, and starts nothing.
   */
  external?: boolean;
  processes?: Processes;
  /**
   * Makes the service a job: a cron expression in UTC with five fields (minute, hour, day of month, month, day of week).
   */
  schedule?: string;
  volumes?: Volumes;
  runtime?: Runtime;
  environment?: Environment;
  networking?: Networking;
  health?: Health;
  slo?: Slo;
  metrics?: Metrics;
  logging?: Logging;
  databases?: Databases;
  /**
   * Other people's APIs that the service calls.
   */
  integrations?: Integration[];
  events?: Events;
  security?: Security;
  testing?: Testing;
  deployment?: Deployment;
  pipeline?: Pipeline;
  /**
   * true: the service may be deleted or replaced only if it is named with --allow-destroy. Remembered where the service runs: removing this file does not remove the guard.
   */
  protected?: boolean;
}
/**
 * What differs in an environment, by its name in fairlead.yaml. Blocks are merged key by key; lists replace.
 */
export interface Environments {
  [k: string]: Overlay;
}
/**
 * What differs in this environment: any key of the service but id, previous_id and environments.
 */
export interface Overlay {
  /**
   * The service's name for people, as plans and the status page show it.
   */
  name?: string;
  /**
   * One or two sentences: what the service does, and for whom.
   */
  description?: string;
  /**
   * The name of an icon from Ionicons, shown beside the service.
   */
  icon?: string;
  /**
   * The group of services this one belongs to. Without it, the project that fairlead.yaml names.
   */
  project?: string;
  /**
   * Who answers for the service: a team or a person.
   */
  owner?: string;
  /**
   * What sort of service it is: api (serves applications), data (keeps data), integration (talks to other systems), utility (does one job for others).
   */
  type?: "api" | "data" | "integration" | "utility";
  /**
   * What it is more exactly. api: rest graphql websocket auth. data: database storage cache search. integration: connector webhook events notification. utility: image pdf email analytics.
   */
  kind?: string;
  /**
   * The status you want: active (runs), inactive (stopped, but kept on record), maintenance (runs, and answers 503 with Retry-After to clients).
   */
  status?: "active" | "inactive" | "maintenance";
  /**
   * Paths the service answers under, each beginning with a slash.
   */
  endpoints?: string[];
  /**
   * Ids of the services this one needs. They are brought up first and taken down last; a missing one, or a circle, is an error.
   */
  dependencies?: string[];
  configuration?: Configuration;
  /**
   * Run the service straight from one of Fairlead's templates, with no code of its own. One of template, command, image and external says what runs.
   */
  template?: "express" | "php" | "flask";
  template_options?: TemplateOptions;
  /**
   * The program and its arguments, one list item each; no shell reads it. It runs in source and listens on the port given as PORT.
   *
   * @minItems 1
   */
  command?: string[];
  /**
   * The folder of the service's code, relative to the repository, and the working folder of command. Editing a file in it is a change that the plan shows.
   */
  source?: string;
  /**
   * Further files and folders whose content belongs to what runs, relative to the repository: shared code, a lockfile.
   */
  watch?: string[];
  /**
   * A container image, by digest outside development. Targets that cannot run images say so in the plan.
   */
  image?: string;
  /**
   * true for a service that others run: Fairlead checks and shows it, and starts nothing.
   */
  external?: boolean;
  processes?: Processes;
  /**
   * Makes the service a job: a cron expression in UTC with five fields (minute, hour, day of month, month, day of week).
   */
  schedule?: string;
  volumes?: Volumes;
  runtime?: Runtime;
  environment?: Environment;
  networking?: Networking;
  health?: Health;
  slo?: Slo;
  metrics?: Metrics;
  logging?: Logging;
  databases?: Databases;
  /**
   * Other people's APIs that the service calls.
   */
  integrations?: Integration[];
  events?: Events;
  security?: Security;
  testing?: Testing;
  deployment?: Deployment;
  pipeline?: Pipeline;
  /**
   * true: the service may be deleted or replaced only if it is named with --allow-destroy. Remembered where the service runs: removing this file does not remove the guard.
   */
  protected?: boolean;
}
/**
 * The short form of three settings: port stands for networking.port, environment for environment.NODE_ENV, rateLimiting for networking.rate_limiting. Where both are written, the long form wins.
 */
export interface Configuration {
  /**
   * Short for networking.port.
   */
  port?: number;
  /**
   * Short for environment.NODE_ENV.
   */
  environment?: string;
  /**
   * Short for networking.rate_limiting: true sets the default limits.
   */
  rateLimiting?: boolean;
}
/**
 * What the template is to bring.
 */
export interface TemplateOptions {
  /**
   * What the service offers, in words for people.
   */
  features?: string[];
  /**
   * The parts the template is built from. Each template reads its own: express routes, middleware and database; php controllers, models and views; flask blueprints, models and utilities.
   */
  structure?: {
    /**
     * express: the resources to serve, one router each.
     */
    routes?: string[];
    /**
     * express: middleware to put before the routes.
     */
    middleware?: string[];
    /**
     * express: the database the service is written for.
     */
    database?: string;
    /**
     * php: controllers to create.
     */
    controllers?: string[];
    /**
     * php and flask: models to create.
     */
    models?: string[];
    /**
     * php: views to create.
     */
    views?: string[];
    /**
     * flask: blueprints to create.
     */
    blueprints?: string[];
    /**
     * flask: utility modules to create.
     */
    utilities?: string[];
  };
}
/**
 * Several commands of one artifact, by name: a web process and its worker, say.
 */
export interface Processes {
  /**
   * @minItems 1
   */
  [k: string]: string[];
}
/**
 * Data that outlives a release, by name. A service with volumes is recreated rather than rolled, runs as one replica, is protected, and its data survives a delete.
 */
export interface Volumes {
  /**
   * One volume.
   */
  [k: string]: {
    /**
     * Where the service finds it.
     */
    path?: string;
    /**
     * How large it may grow.
     */
    size?: string | number;
  };
}
/**
 * What an instance gets to run with, and how many there are.
 */
export interface Runtime {
  /**
   * The version of Node.js the service is written for.
   */
  node_version?: string;
  /**
   * The most memory an instance may use; above it the instance is stopped and started again.
   */
  memory_limit?: string | number;
  /**
   * How long a request may take before clients get 504.
   */
  timeout?: string | number;
  /**
   * How many requests an instance works on at once; more wait in a bounded queue.
   */
  concurrency?: number;
  /**
   * How many instances run. To run none, set status: inactive.
   */
  replicas?: number;
}
/**
 * Environment variables of the process. PORT is set by Fairlead.
 */
export interface Environment {
  /**
   * The variable's value as text (quote numbers), or {secret: NAME}. The word encrypted stands for a secret of the variable's own name.
   */
  [k: string]:
    | string
    | {
        /**
         * The name of the secret that holds the value. The value itself is never in this file.
         */
        secret: string;
      };
}
/**
 * How clients reach the service.
 */
export interface Networking {
  /**
   * The port clients use, unique among services. Instances listen on a port of their own, given as PORT.
   */
  port?: number;
  /**
   * Host names under which the service answers.
   */
  hosts?: string[];
  /**
   * Origins whose pages may call the service from a browser.
   */
  cors_origins?: string[];
  /**
   * How many requests a client may make; true sets the default limits.
   */
  rate_limiting?:
    | {
        /**
         * Requests a client may make in a minute.
         */
        requests_per_minute?: number;
        /**
         * Requests a client may make at once before the rate counts.
         */
        burst_limit?: number;
      }
    | boolean;
}
/**
 * How the service is asked whether it is well. A new instance gets traffic only once it says so; the same checks make the status page.
 */
export interface Health {
  /**
   * What is asked: a path on the service's port, or a whole address. Its scheme says how: http https ws wss tcp tls dns postgres mysql mariadb redis rediss mongodb smtp smtps starttls grpc grpcs. Left out: /health where the kind speaks HTTP, else what the kind suggests, such as Redis for a cache.
   */
  endpoint?: string;
  /**
   * Further addresses that the service needs to be well. The worst of them counts; each is shown by its name.
   *
   * @maxItems 20
   *
   * Items: An address, alone or with what there is to say of it.
   */
  targets?: (
    | string
    | {
        /**
         * What it is called among the checks; unique in the service.
         */
        name?: string;
        /**
         * A path on the service's port, or a whole address; one with a password in it is {secret: NAME}.
         */
        url:
          | string
          | {
              /**
               * The name of the secret that holds the address.
               */
              secret: string;
            };
        /**
         * The HTTP method; GET, or POST where there is a body.
         */
        method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
        headers?: HealthHeaders;
        /**
         * The body of the HTTP request.
         */
        body?: string;
        /**
         * Whether redirects are followed. Left out: only those that stay on the same origin. Headers never leave it.
         */
        follow_redirects?: boolean;
        /**
         * Connect over IPv4 or IPv6 only.
         */
        ip_version?: 4 | 6;
        /**
         * A GraphQL query to POST. An answer with errors fails.
         */
        graphql?: string;
        /**
         * A text to send once connected, as a WebSocket message or over TCP; what comes back is [BODY].
         */
        send?: string;
        /**
         * What a database is asked: an SQL statement, a Redis command, or the name of a MongoDB command. The answer is [BODY].
         */
        query?: string;
        dns?: HealthDns;
        /**
         * The service whose health a gRPC server is asked for; left out, the server as a whole.
         */
        grpc_service?: string;
        /**
         * What must hold of this answer, in Gatus' language.
         */
        conditions?: string[];
      }
  )[];
  /**
   * Where it is asked from: public, wherever checks run; host, only where the services themselves run, since nobody else can reach it.
   */
  from?: "public" | "host";
  /**
   * The HTTP method; GET, or POST where there is a body.
   */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  headers?: HealthHeaders;
  /**
   * The body of the HTTP request.
   */
  body?: string;
  /**
   * Whether redirects are followed. Left out: only those that stay on the same origin. Headers never leave it.
   */
  follow_redirects?: boolean;
  /**
   * Connect over IPv4 or IPv6 only.
   */
  ip_version?: 4 | 6;
  /**
   * A GraphQL query to POST. An answer with errors fails.
   */
  graphql?: string;
  /**
   * A text to send once connected, as a WebSocket message or over TCP; what comes back is [BODY].
   */
  send?: string;
  /**
   * What a database is asked: an SQL statement, a Redis command, or the name of a MongoDB command. The answer is [BODY].
   */
  query?: string;
  dns?: HealthDns;
  /**
   * The service whose health a gRPC server is asked for; left out, the server as a whole.
   */
  grpc_service?: string;
  /**
   * Time between two checks.
   */
  interval?: string | number;
  /**
   * How long to wait for the answer.
   */
  timeout?: string | number;
  /**
   * How long after a start failures do not count.
   */
  start_period?: string | number;
  /**
   * Failures in a row until an instance counts as failing.
   */
  failure_threshold?: number;
  /**
   * Successes in a row until an instance counts as ready.
   */
  success_threshold?: number;
  /**
   * Named checks to read from the body, where the service answers application/health+json. Where it says nothing of database_connection or external_apis, what `databases` and `integrations` declare is asked; what nothing says is shown as missing.
   */
  checks?: string[];
  /**
   * What must hold of the answer, in Gatus' language. Without any, a status from 200 to 299 passes.
   */
  conditions?: string[];
}
/**
 * HTTP headers by name.
 */
export interface HealthHeaders {
  [k: string]:
    | string
    | {
        /**
         * The name of the secret that holds the value. The value itself is never in this file.
         */
        secret: string;
      };
}
/**
 * What a DNS server is asked.
 */
export interface HealthDns {
  /**
   * The name to look up; it may stand in the address instead: dns://192.0.2.53/example.com.
   */
  name?: string;
  /**
   * The type of record; A where nothing else is said.
   */
  type?: "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "NAPTR" | "NS" | "PTR" | "SOA" | "SRV" | "TXT";
  /**
   * A value that must be among the answers.
   */
  value?: string;
}
/**
 * What the service promises: how much of the time it answers, and how fast. The status page shows how much of the error budget is left and how fast it burns.
 */
export interface Slo {
  /**
   * The share of the time that is known in which it answers, above 0 and below 100 percent: nothing is up always.
   */
  availability?: string | number;
  /**
   * The longest that answers may take, by percentile.
   */
  latency?: {
    /**
     * Of half of the answers.
     */
    p50?: string | number;
    /**
     * Of 75 % of the answers.
     */
    p75?: string | number;
    /**
     * Of 90 % of the answers.
     */
    p90?: string | number;
    /**
     * Of 95 % of the answers.
     */
    p95?: string | number;
    /**
     * Of 99 % of the answers.
     */
    p99?: string | number;
  };
  /**
   * Over how long the promise holds, today included: from 1d to 90d.
   */
  window?: string | number;
}
/**
 * What is measured while the service runs.
 */
export interface Metrics {
  /**
   * Where the service serves its metrics in Prometheus' text format.
   */
  endpoint?: string;
  /**
   * Time between two collections.
   */
  interval?: string | number;
  /**
   * Groups of metrics to keep: requests and responses, errors by type, performance, resource use, your own business metrics.
   */
  collect?: ("requests" | "errors" | "performance" | "resources" | "business")[];
  /**
   * Names of your own metrics to keep.
   */
  business?: string[];
}
/**
 * What the service writes to its log, in which form, and how long it is kept.
 */
export interface Logging {
  /**
   * The least grave entries that are written. Given to the process as LOG_LEVEL.
   */
  level?: "debug" | "info" | "warn" | "error";
  /**
   * One JSON object a line, or text.
   */
  format?: "json" | "text";
  /**
   * Where entries go: the console of fairlead up, files that fairlead logs reads, an external system.
   */
  outputs?: ("console" | "file" | "external")[];
  /**
   * How long log files are kept.
   */
  retention?: string | number;
  /**
   * Whether entries are objects with fields. A plain line is then wrapped into one.
   */
  structured?: boolean;
}
/**
 * Databases the service uses, by a name of your own.
 */
export interface Databases {
  [k: string]: Database;
}
/**
 * One database: an SQL one by host and port, or any by uri.
 */
export interface Database {
  /**
   * The kind of database.
   */
  type?: "postgresql" | "mysql" | "mariadb" | "mssql" | "sqlite" | "mongodb" | "redis";
  /**
   * How to reach it.
   */
  connection?: {
    /**
     * Its host name or address.
     */
    host?: string;
    /**
     * Its port.
     */
    port?: number;
    /**
     * The name of the database.
     */
    database?: string;
    /**
     * The user to connect as, or a secret that holds it.
     */
    user?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
    /**
     * The password: {secret: NAME}, or the word encrypted. Never in clear.
     */
    password?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
    /**
     * Whether to connect over TLS.
     */
    ssl?: boolean;
    /**
     * The whole address instead of its parts. One with a password belongs into a secret.
     */
    uri?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
    /**
     * Options of the database's own driver, handed on as they are.
     */
    options?: {};
  };
  /**
   * How many connections are kept open.
   */
  pool?: {
    /**
     * Connections kept even when idle.
     */
    min?: number;
    /**
     * The most connections at once.
     */
    max?: number;
    /**
     * How long to wait for a free connection; a bare number is milliseconds.
     */
    timeout?: string | number;
  };
}
/**
 * One external API.
 */
export interface Integration {
  /**
   * Your name for it, unique in the service.
   */
  name: string;
  /**
   * Whose API it is.
   */
  type: string;
  /**
   * Where the API is. It is asked for the named check external_apis: any answer below 500 is well.
   */
  url?: string;
  /**
   * The credential that calls carry.
   */
  authentication?: {
    /**
     * How the API wants to be asked.
     */
    type: "bearer_token" | "api_key" | "basic" | "none";
    /**
     * The token or key: {secret: NAME}, or the word encrypted_token.
     */
    token?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
    /**
     * The user's name, for basic.
     */
    username?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
    /**
     * The password, for basic: {secret: NAME}, or the word encrypted.
     */
    password?:
      | string
      | {
          /**
           * The name of the secret that holds the value. The value itself is never in this file.
           */
          secret: string;
        };
  };
  /**
   * Paths the service may call, by name. Others are refused.
   */
  endpoints?: {
    [k: string]: string;
  };
  /**
   * How fast it may be called, and what happens after a failure.
   */
  rate_limiting?: {
    /**
     * Calls a second.
     */
    requests_per_second?: number;
    /**
     * How a failed call is repeated.
     */
    retry_strategy?: "exponential_backoff" | "fixed_delay" | "none";
  };
}
/**
 * Events the service sends and wants to receive, by type.
 */
export interface Events {
  /**
   * Types of events it sends.
   *
   * Items: The event's type, alone or with a description.
   */
  publishes?: (
    | string
    | {
        /**
         * The event's type.
         */
        type: string;
        /**
         * What has happened when it is sent.
         */
        description?: string;
      }
  )[];
  /**
   * Types of events it wants; each must be published by some service.
   *
   * Items: The event's type, alone or with the path that takes it.
   */
  subscribes?: (
    | string
    | {
        /**
         * The event's type.
         */
        type: string;
        /**
         * The service's path that the event is delivered to.
         */
        endpoint?: string;
      }
  )[];
}
/**
 * What stands before the service: tokens, roles, input checks, headers. Each applies only where it is declared.
 */
export interface Security {
  jwt?: Jwt;
  rbac?: Rbac;
  validation?: Validation;
  headers?: Headers;
}
/**
 * JSON Web Tokens that clients must bring.
 */
export interface Jwt {
  /**
   * The key that signs tokens: {secret: NAME}, or the word environment_variable.
   */
  secret?:
    | string
    | {
        /**
         * The name of the secret that holds the value. The value itself is never in this file.
         */
        secret: string;
      };
  /**
   * How long a token is good.
   */
  expiration?: string | number;
  /**
   * Longer-lived tokens that are exchanged for new ones.
   */
  refresh_token?: {
    /**
     * Whether there are any.
     */
    enabled?: boolean;
    /**
     * How long one is good.
     */
    expiration?: string | number;
  };
  /**
   * Tokens that were revoked before they ran out.
   */
  blacklist?: {
    /**
     * Whether revocations are checked.
     */
    enabled?: boolean;
    /**
     * Where revocations are kept.
     */
    storage?: "memory" | "redis";
  };
}
/**
 * Who may do what: roles with their permissions, resources with their actions.
 */
export interface Rbac {
  /**
   * Permissions by role: * for everything, or action:scope.
   */
  roles?: {
    [k: string]: string[];
  };
  /**
   * Actions by resource.
   */
  resources?: {
    [k: string]: string[];
  };
}
/**
 * Rules for request bodies: for each kind of input its fields, for each field what is allowed.
 */
export interface Validation {
  /**
   * The fields of one kind of input.
   */
  [k: string]: {
    [k: string]: FieldRule;
  };
}
/**
 * What one field may hold.
 */
export interface FieldRule {
  /**
   * What the field holds.
   */
  type?: "string" | "email" | "url" | "uuid" | "date" | "number" | "integer" | "boolean";
  /**
   * Whether it must be there.
   */
  required?: boolean;
  /**
   * The fewest characters.
   */
  min_length?: number;
  /**
   * The most characters.
   */
  max_length?: number;
  /**
   * A regular expression the text must match.
   */
  pattern?: string;
}
/**
 * Headers put on every answer. Write names that begin with X with a capital X.
 */
export interface Headers {
  /**
   * The header's value.
   */
  [k: string]: string;
}
/**
 * How the service is tested before it is deployed.
 */
export interface Testing {
  /**
   * Unit tests.
   */
  unit?: {
    /**
     * What runs them.
     */
    framework?: string;
    /**
     * How much of the code they must reach.
     */
    coverage?: {
      /**
       * Percent of lines.
       */
      threshold?: number;
      /**
       * Reports to write.
       */
      reports?: string[];
    };
    /**
     * What stands in for the world outside, by name.
     */
    mocking?: {
      [k: string]: "mock" | "real";
    };
  };
  /**
   * Integration tests, by what they exercise.
   */
  integration?: {
    /**
     * Operations on the database.
     */
    database_operations?: string[];
    /**
     * Calls to make: a method and a path.
     */
    api_endpoints?: string[];
    /**
     * External services to exercise.
     */
    external_services?: string[];
  };
  /**
   * Load tests.
   */
  load?: {
    /**
     * How much load, for how long, by a name of your own.
     */
    scenarios?: {
      [k: string]: LoadScenario;
    };
    /**
     * What to measure meanwhile.
     */
    metrics?: string[];
  };
}
/**
 * One level of load.
 */
export interface LoadScenario {
  /**
   * Clients at the same time.
   */
  concurrent_users?: number;
  /**
   * How long it is held.
   */
  duration?: string | number;
  /**
   * How long until all clients are there.
   */
  ramp_up?: string | number;
}
/**
 * How one release replaces another.
 */
export interface Deployment {
  /**
   * rolling replaces a few instances at a time; recreate stops the old release before it starts the new one; blue-green brings up a whole second fleet and switches; canary gives the new release a growing share of the traffic.
   */
  strategy?: "rolling" | "blue-green" | "canary" | "recreate";
  /**
   * rolling: how many instances more than replicas there may be.
   */
  max_surge?: number;
  /**
   * rolling: how many instances fewer than replicas may be ready.
   */
  max_unavailable?: number;
  /**
   * How long an instance must stay ready before it counts and gets traffic.
   */
  min_healthy_time?: string | number;
  /**
   * How long one instance may take to become healthy; after that the release goes back.
   */
  healthy_deadline?: string | number;
  /**
   * How long a rollout may go without progress; after that the release goes back.
   */
  progress_deadline?: string | number;
  /**
   * How long a stopping instance may finish its requests before it is killed.
   */
  drain_time?: string | number;
  /**
   * A command to run once before a new release starts: migrations, say.
   *
   * @minItems 1
   */
  release_command?: string[];
  /**
   * Fields whose changes need no approval.
   */
  auto_apply?: string[];
}
/**
 * The stages a change goes through, and what sets them off.
 */
export interface Pipeline {
  /**
   * What sets the pipeline off.
   */
  triggers?: string[];
  /**
   * Stages, in order.
   *
   * Items: One stage.
   */
  stages?: {
    /**
     * Its name.
     */
    name: string;
    /**
     * What it does, in order.
     */
    steps: string[];
  }[];
}
