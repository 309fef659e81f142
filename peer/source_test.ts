import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { MAX_METAINFO_LENGTH } from "../shared/metainfo.ts";
import { RequestError } from "./api/request_error.ts";
import { readSource, rememberedSource } from "./source.ts";

const refused = (status: number) => (error: unknown) => error instanceof RequestError && error.status === status;
const row = { folder: "/", isPaused: false, addedAtMs: 0, uploadedBytes: 0, downloadedBytes: 0 };

Deno.test("a text is a magnet link, an info-hash of either version, or a name", () => {
  const v1 = "0123456789abcdef0123456789abcdef01234567";
  assert.deepEqual(readSource(` ${v1.toUpperCase()} `), { type: "info-hash", infoHash: parseInfoHash(v1) });
  const v2 = readSource("ab".repeat(32));
  assert.equal(v2.type === "info-hash" && v2.infoHash, "ab".repeat(20));
  assert.equal(readSource(`MAGNET:?xt=urn:btih:${v1}`).type, "magnet");
  assert.deepEqual(readSource("Northern Lights.mp4"), { type: "name", name: "Northern Lights.mp4" });
});

Deno.test("what is broken is refused in a sentence", () => {
  assert.throws(() => readSource("magnet:?xt=urn:nothing"), refused(422));
  assert.throws(() => readSource("  "), refused(422));
  assert.throws(() => readSource({ metainfo: new TextEncoder().encode("<html>") }), refused(422));
  assert.throws(() => readSource({ metainfo: new Uint8Array(MAX_METAINFO_LENGTH + 1) }), refused(413));
});

Deno.test("a row remembers the trackers of its magnet link; any other source says nothing more", () => {
  const infoHash = parseInfoHash("01".repeat(20));
  const source = `magnet:?xt=urn:btih:${infoHash}&dn=Film&tr=udp%3A%2F%2Ftracker.test%3A1%2Fannounce`;
  const remembered = rememberedSource({ ...row, infoHash, source });
  assert.equal(remembered.name, "Film");
  assert.deepEqual(remembered.trackers, ["udp://tracker.test:1/announce"]);
  assert.deepEqual(rememberedSource({ ...row, infoHash, source: infoHash }), {
    infoHash,
    name: infoHash,
    source: infoHash,
  });
});
