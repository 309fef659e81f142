/** Tests of reading bodies: limits, JSON, schema. @module */
import assert from "node:assert/strict";
import * as v from "valibot";
import { MAX_JSON_LENGTH, readBody, readJson } from "./json_body.ts";
import { ProblemError } from "./problem.ts";

const schema = v.strictObject({ paused: v.boolean() });

function requestOf(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

function isProblem(status: number, detail?: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ProblemError && error.status === status && (detail?.test(error.detail) ?? true);
}

Deno.test("a fitting body gives the schema's output", async () => {
  assert.deepEqual(await readJson(requestOf('{"paused": true}'), schema), { paused: true });
});

Deno.test("what is not JSON is a 400, what does not fit a 422 that names the field", async () => {
  for (const body of ["", "{", "paused=true", new Uint8Array([0x22, 0xff, 0x22])]) {
    await assert.rejects(readJson(requestOf(body), schema), isProblem(400));
  }
  await assert.rejects(readJson(requestOf('{"paused": 1}'), schema), isProblem(422, /^paused: /));
  await assert.rejects(readJson(requestOf('{"paused": true, "x": 1}'), schema), isProblem(422, /^x: /));
  await assert.rejects(readJson(requestOf("[]"), schema), isProblem(422));
});

Deno.test("a body is taken up to the limit, whatever its pieces", async () => {
  assert.equal((await readBody(requestOf(new Uint8Array(10)), { maxLength: 10 })).length, 10);
  assert.equal((await readBody(new Request("http://localhost/"), { maxLength: 10 })).length, 0);
  const pieces = ReadableStream.from([new Uint8Array([1, 2]), new Uint8Array([3])]);
  assert.deepEqual([...await readBody(requestOf(pieces), { maxLength: 3 })], [1, 2, 3]);
});

Deno.test("a longer body is a 413 and is not read on", async () => {
  await assert.rejects(readBody(requestOf("x", { "Content-Length": "11" }), { maxLength: 10 }), isProblem(413));
  let wasCancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => {
      wasCancelled = true;
    },
  });
  await assert.rejects(readJson(requestOf(endless), schema), isProblem(413, new RegExp(String(MAX_JSON_LENGTH))));
  assert.equal(wasCancelled, true);
});
