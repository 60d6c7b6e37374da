import { join } from "node:path";
import type { Action } from "../action.ts";
import { makeNode } from "../tools.ts";

/** `actions/setup-node`: the Node that runs the tests, whatever version is asked for. */
export const setupNode: Action = ({ temp }) => ({ path: [makeNode(join(temp, "node"))] });
