import assert from "node:assert/strict";
import { parseInfoHash } from "../shared/ids.ts";
import { MediaGuesses } from "./media_guesses.ts";

const infoHash = parseInfoHash("ab".repeat(20));
const content = await Deno.readFile(new URL("../tests/fixtures/chime.mp3", import.meta.url));
const file = { path: ["folder", "really a song.mp4"], length: content.length, offset: 100, isPad: false };

/** A torrent of which this many bytes of the file are here. */
function torrentWith(availableLength: number) {
  const fail = () => assert.fail("nobody waits for a guess");
  return {
    infoHash,
    reads: 0,
    availableFrom: (offset: number) => Math.max(0, availableLength - (offset - file.offset)),
    readInto(offset: number, into: Uint8Array) {
      this.reads++;
      into.set(content.subarray(offset - file.offset, offset - file.offset + into.length));
      return into.length;
    },
    whenReadable: fail,
    demand: fail,
  };
}

Deno.test("by its name until its head is here, then by its content, looked at once", () => {
  const guesses = new MediaGuesses();
  assert.equal(guesses.guess(torrentWith(10), { file, index: 0 }).kind, "video");
  const torrent = torrentWith(content.length);
  assert.deepEqual(guesses.guess(torrent, { file, index: 0 }), { kind: "audio", contentType: "audio/mpeg" });
  guesses.guess(torrent, { file, index: 0 });
  assert.equal(torrent.reads, 1);
  guesses.forget(infoHash);
  guesses.guess(torrent, { file, index: 0 });
  assert.equal(torrent.reads, 2);
  assert.equal(guesses.guess(torrent, { file: { ...file, length: 0 }, index: 1 }).kind, "video");
});
