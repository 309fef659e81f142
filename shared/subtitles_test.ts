import assert from "node:assert/strict";
import { isSubtitleName, webVttOf } from "./subtitles.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("SubRip becomes WebVTT", () => {
  const srt =
    "\ufeff1\r\n00:00:01,000 --> 00:00:04,5\r\nGreen <i>light</i>\r\nover <font color=red>a</font> hill\r\n\r\n" +
    "2\r\n1:02,03 --> 100:00:01.250 X1:0\r\n{\\an8}Fish & chips --> now\r\n\r\n3\r\n00:00:09,000 --> 00:00:10,000\r\n\r\n";
  assert.equal(
    webVttOf(utf8(srt)),
    "WEBVTT\n\n00:00:01.000 --> 00:00:04.500\nGreen <i>light</i>\nover a hill\n\n" +
      "00:01:02.030 --> 100:00:01.250\nFish &amp; chips → now\n",
  );
});

Deno.test("WebVTT stays as it is; what has no cue is none", () => {
  const vtt = "WEBVTT - film\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hello\n";
  assert.equal(webVttOf(utf8(vtt)), vtt);
  for (const text of ["", "WEBVTT\n", "no times here\n\nnor here", "\0\0\0\0"]) {
    assert.equal(webVttOf(utf8(text)), undefined);
  }
});

Deno.test("old and other encodings are read", () => {
  const cue = "1\n00:00:01,000 --> 00:00:02,000\n";
  const windows = Uint8Array.of(...utf8(cue), 0x47, 0x72, 0xfc, 0xdf, 0x65);
  assert.match(webVttOf(windows) ?? "", /\nGrüße\n$/);
  const utf16 = new Uint8Array([
    0xff,
    0xfe,
    ...[...`${cue}Ωmega`].flatMap((letter) => {
      const code = letter.charCodeAt(0);
      return [code & 0xff, code >> 8];
    }),
  ]);
  assert.match(webVttOf(utf16) ?? "", /\nΩmega\n$/);
});

Deno.test("names of subtitle files", () => {
  for (const name of ["a.srt", "A.EN.VTT"]) assert.equal(isSubtitleName(name), true);
  for (const name of ["a.srt.mkv", "srt", "a.sub"]) assert.equal(isSubtitleName(name), false);
});
