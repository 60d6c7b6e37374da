import { registerHooks } from "node:module";

/**
 * GitHub's own parsers of workflows and actions. They import their schemas (JSON) in a way that only bundlers take; Node
 * wants to be told the type, and is, for these two files.
 */
const hook = registerHooks({
  load: (url, context, next) =>
    next(
      url,
      /\/@actions\/workflow-parser\/dist\/(workflow|action)-v1\.0\.min\.json$/.test(url)
        ? { ...context, importAttributes: { type: "json" } }
        : context,
    ),
});
const workflows = await import("@actions/workflow-parser");
const actions = await import("@actions/workflow-parser/actions/index");
const conditions = await import("@actions/workflow-parser/model/converter/if-condition");
hook.deregister();

export const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = workflows;
export const { isBasicExpression, isMapping, isSequence, isString, isNumber, isBoolean } = workflows;
export const { parseAction, convertActionTemplate } = actions;
export const { ensureStatusFunction } = conditions;
