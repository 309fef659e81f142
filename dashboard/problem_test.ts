/** Tests of the problem documents. @module */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { answerError, answerNotFound, methodNotAllowed, problem, ProblemError } from "./problem.ts";

Deno.test("a problem document has type, status, title and detail", async () => {
  const response = problem(409, { detail: "It is shared already.", headers: { "Retry-After": "1" } });
  assert.equal(response.status, 409);
  assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  assert.equal(response.headers.get("Cache-Control"), "no-store");
  assert.equal(response.headers.get("Retry-After"), "1");
  assert.deepEqual(await response.json(), {
    type: "about:blank",
    status: 409,
    title: "Conflict",
    detail: "It is shared already.",
  });
  assert.deepEqual(await problem(418).json(), { type: "about:blank", status: 418, title: "Bad Request" });
});

Deno.test("a thrown problem is its answer; another error is reported and hidden", async () => {
  const reported: string[] = [];
  const app = new Hono();
  app.onError(answerError((error, request) => reported.push(`${new URL(request.url).pathname}: ${error.message}`)));
  app.notFound(answerNotFound);
  app.get("/no", () => {
    throw new ProblemError(422, { title: "Not a torrent", detail: "It ends too soon." });
  });
  app.get("/bug", () => {
    throw new Error("the secret path /home/x");
  });
  app.all("/no", methodNotAllowed("GET, HEAD"));
  const refused = await app.request("/no");
  assert.equal(refused.status, 422);
  assert.deepEqual(await refused.json(), {
    type: "about:blank",
    status: 422,
    title: "Not a torrent",
    detail: "It ends too soon.",
  });
  const failed = await app.request("/bug");
  assert.equal(failed.status, 500);
  assert.doesNotMatch(await failed.text(), /secret/);
  assert.deepEqual(reported, ["/bug: the secret path /home/x"]);
  const method = await app.request("/no", { method: "POST" });
  assert.equal(method.status, 405);
  assert.equal(method.headers.get("Allow"), "GET, HEAD");
  assert.equal((await app.request("/elsewhere")).status, 404);
});

Deno.test("who left is not reported", async () => {
  const app = new Hono();
  app.onError(answerError(() => assert.fail("reported")));
  app.get("/", (context) => {
    context.req.raw.signal.throwIfAborted();
    return context.text("here");
  });
  const response = await app.request(
    new Request("http://localhost/", { signal: AbortSignal.abort(new Error("left")) }),
  );
  assert.equal(response.status, 499);
});

Deno.test("a status that is no error is refused", () => {
  for (const status of [200, 399, 600, 404.5]) {
    assert.throws(() => new ProblemError(status, { detail: "" }), RangeError);
  }
});
