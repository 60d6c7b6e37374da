import type { ServiceId } from "../model/basics.ts";
import type { Spec } from "../model/service.ts";
import type { Facts } from "./facts.ts";
import type { PathProblem } from "./path-problem.ts";

/** What a rule about one service may look at beside the service. */
export interface ServiceContext {
  /** Null: the file is looked at for itself. */
  readonly environment: string | null;
  /**
   * The grammar of conditions, from `probes/`: null when the text is right for the address (for any, where none is given;
   * where it is empty, for the service's own port), else a sentence that says what is wrong.
   */
  readonly checkCondition: ((text: string, address?: string) => string | null) | null;
}

/** A rule beyond the schema about one service, resolved for an environment: named for the fact it holds. */
export interface ServiceRule {
  readonly code: string;
  readonly fact: string;
  /** Also asked of a file with other errors, whose values may have any type: then nothing may be taken for granted. */
  readonly readsAnything?: true;
  find(spec: Spec, context: ServiceContext): Iterable<PathProblem>;
}

/** One service among the others. */
export interface Declared {
  readonly facts: Facts;
  readonly file: string;
  /** `file:line` of a path, for messages that name another place. */
  placeOf(keys: readonly string[]): string;
}

export interface CatalogContext {
  /** In file order. */
  readonly services: readonly Declared[];
  /** The first one in file order of each id. */
  readonly byId: ReadonlyMap<ServiceId, Declared>;
  /** Declared in files that could not be used. What can be read of such a one stands among the services all the same. */
  readonly broken: ReadonlySet<ServiceId>;
}

/** A rule about services together. */
export interface CatalogRule {
  readonly code: string;
  readonly fact: string;
  find(context: CatalogContext): Iterable<PathProblem & { readonly service: Declared }>;
}
