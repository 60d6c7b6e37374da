/** What agent and edge process say to each other over the edge's own Unix socket. */

/** Raised when an older side could misunderstand: then the edge is replaced whole. */
export const EDGE_PROTOCOL = 1;

export interface EdgeHello {
  readonly protocol: number;
  readonly build: string;
  readonly pid: number;
  readonly servingPid: number | null;
}
