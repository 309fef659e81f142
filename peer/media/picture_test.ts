import assert from "node:assert/strict";
import { MAX_PICTURE_LENGTH, pictureOf } from "./picture.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("a picture is known by its first bytes", () => {
  for (
    const [head, contentType] of [
      ["\xff\xd8\xff\xe0", "image/jpeg"],
      ["\x89PNG\r\n\x1a\n", "image/png"],
      ["GIF89a", "image/gif"],
      ["RIFF\n\0\0\0WEBPVP8 ", "image/webp"],
      ["\0\0\0\x1cftypavif", "image/avif"],
    ] as const
  ) {
    const bytes = bytesOf(head + "and more of it");
    const picture = pictureOf(bytes);
    assert.equal(picture?.contentType, contentType);
    assert.deepEqual(picture?.bytes, bytes);
    assert.match(picture?.hash ?? "", /^[0-9a-f]{32}$/);
  }
});

Deno.test("a page, a drawing with scripts, nothing, and too much are no pictures", () => {
  for (const text of ["<html>", "<svg xmlns='http://www.w3.org/2000/svg'/>", "", "RIFF\0\0\0\0WAVE"]) {
    assert.equal(pictureOf(bytesOf(text)), undefined, text);
  }
  const large = new Uint8Array(MAX_PICTURE_LENGTH + 1);
  large.set([0xff, 0xd8, 0xff]);
  assert.equal(pictureOf(large), undefined);
});
