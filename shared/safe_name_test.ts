import assert from "node:assert/strict";
import fc from "fast-check";
import { safePath, safePathSegment } from "./safe_name.ts";

const byteLength = (text: string) => new TextEncoder().encode(text).length;

Deno.test("good names stay as they are", () => {
  const good = [
    "Film.mp4",
    ".hidden",
    "Ünïcode – 映画 🎬.mkv",
    "a.b.c",
    "it's (2024) [x] & #1!",
    "concert.mp3",
    "com10.mp3",
  ];
  for (const name of [...good, `${"x".repeat(251)}.mp4`]) assert.equal(safePathSegment(name), name);
});

Deno.test("names that would leave the folder, or be none", () => {
  assert.equal(safePathSegment(""), "_");
  assert.equal(safePathSegment("."), "_");
  assert.equal(safePathSegment(".."), "_");
  assert.equal(safePathSegment("   "), "_");
  assert.equal(safePathSegment("... "), "_");
  assert.equal(safePathSegment("../../etc/passwd"), ".._.._etc_passwd");
  assert.equal(safePathSegment("a/b\\c"), "a_b_c");
  assert.equal(safePathSegment("C:\\x"), "C__x");
  assert.equal(safePathSegment("a\0b\nc\u009bd"), "a_b_c_d");
  assert.equal(safePathSegment('<>:"|?*.mp4'), "_______.mp4");
  assert.equal(safePathSegment("photo\u202egpj.exe"), "photo_gpj.exe");
  assert.equal(safePathSegment("\ud800.mp3"), "\ufffd.mp3");
});

Deno.test("names that Windows takes for something else", () => {
  for (const name of ["CON", "nul.mp4", "Com1.tar.gz", "lpt9", "AUX .txt", "prn", "com¹", "CONIN$"]) {
    assert.equal(safePathSegment(name), `_${name}`);
  }
  assert.equal(safePathSegment("CON. "), "_CON");
  assert.equal(safePathSegment("film. . ."), "film");
  assert.equal(safePathSegment(" film.mp4 "), "film.mp4");
});

Deno.test("long names keep their extension and no half character", () => {
  const long = safePathSegment(`${"a".repeat(300)}.mp4`);
  assert.equal(byteLength(long), 255);
  assert.ok(long.endsWith("a.mp4"));
  const wide = safePathSegment(`${"映".repeat(100)}.flac`);
  assert.equal(wide, `${"映".repeat(83)}.flac`);
  assert.equal(byteLength(safePathSegment("🎬".repeat(100))), 252);
  const noExtension = safePathSegment(`a.${"b".repeat(300)}`);
  assert.equal(byteLength(noExtension), 255);
  assert.ok(byteLength(safePathSegment(`con.${"x ".repeat(200)}`)) <= 255);
});

Deno.test("paths: each part is safe, none is lost but the inner ones of a path too deep", () => {
  assert.deepEqual(safePath(["pack", "..", "a/b", ""]), ["pack", "_", "a_b", "_"]);
  assert.deepEqual(safePath([]), ["_"]);
  const deep = safePath(["pack", ...Array.from({ length: 20 }, (_, depth) => `${depth}`.repeat(50)), "film.mp4"]);
  assert.equal(deep[0], "pack");
  assert.equal(deep.at(-1), "film.mp4");
  assert.ok(byteLength(deep.join("/")) <= 800);
  assert.equal(safePath(Array.from({ length: 9 }, () => "x".repeat(300))).length, 3);
});

Deno.test("property: whatever comes in, what comes out is safe, and safe already", () => {
  const nasty = fc.array(
    fc.constantFrom(".", " ", "/", "\\", "con", "\0", "é", "🎬", "x".repeat(120), ".mp4", "\u202e"),
    {
      maxLength: 8,
    },
  );
  const names = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), nasty.map((parts) => parts.join("")));
  fc.assert(
    fc.property(names, (name) => {
      const safe = safePathSegment(name);
      assert.ok(safe !== "" && safe !== "." && safe !== "..");
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(safe, /[/\\\u0000-\u001f:]|[. ]$|^ /);
      assert.ok(byteLength(safe) <= 255 && safe.isWellFormed());
      assert.equal(safePathSegment(safe), safe);
    }),
    { seed: 20_271, numRuns: 3_000 },
  );
});
