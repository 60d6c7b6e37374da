/** An error that the caller is told of, as RFC 9457 writes it. */
export class Problem extends Error {
  constructor(status, title, errors) {
    super(title);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(request, _response, next) {
  next(new Problem(404, `there is nothing at ${request.path}`));
}

/** The last middleware: what the caller did is explained, what went wrong here is logged and not shown. */
export function answerProblem(error, request, response, next) {
  if (response.headersSent) return next(error);
  const status = error.status >= 400 && error.status < 500 ? error.status : (error instanceof Problem && error.status) || 500;
  if (status >= 500) request.log?.error({ err: error }, "request failed");
  const title = status < 500 || error instanceof Problem ? error.message : "something went wrong here";
  response.status(status).type("application/problem+json");
  response.send(JSON.stringify({ type: "about:blank", title, status, ...(error.errors ? { errors: error.errors } : {}) }));
}
