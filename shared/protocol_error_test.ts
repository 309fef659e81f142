import assert from "node:assert/strict";
import { ProtocolError } from "./protocol_error.ts";

Deno.test("a protocol error carries its code, message and cause", () => {
  const cause = new Error("deeper");
  const error = new ProtocolError("too-long", "a frame of 9 GiB", { cause });
  assert.ok(error instanceof Error);
  assert.equal(error.name, "ProtocolError");
  assert.equal(error.code, "too-long");
  assert.equal(error.message, "a frame of 9 GiB");
  assert.equal(error.cause, cause);
});
