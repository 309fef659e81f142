import assert from "node:assert/strict";
import { AccessKey } from "./access_key.ts";

Deno.test("an open community takes every path as it is", () => {
  const key = new AccessKey(undefined);
  assert.ok(key.isOpen);
  assert.equal(key.pathPrefix, "");
  assert.equal(key.strip("/announce"), "/announce");
});

Deno.test("a private one takes the path behind its key only", () => {
  const key = new AccessKey("s3cret");
  assert.ok(!key.isOpen);
  assert.equal(key.pathPrefix, "/s3cret");
  assert.equal(key.strip("/s3cret/announce"), "/announce");
  assert.equal(key.strip("/s3cret"), "/");
  for (const path of ["/announce", "/s3cre/announce", "/s3cret2/announce", "//s3cret/announce", "/", ""]) {
    assert.equal(key.strip(path), undefined, path);
  }
});

Deno.test("a key that would not stand in a URL is refused", () => {
  for (const key of ["", "a b", "a/b", "ä", "%41", "x".repeat(129)]) {
    assert.throws(() => new AccessKey(key), RangeError, JSON.stringify(key));
  }
});
