import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { encodeBencode } from "../../shared/bencode_writer.ts";
import { decodeInfo, type Info } from "../../shared/metainfo.ts";
import {
  checkInside,
  chooseLayout,
  createEmptyFiles,
  type FileLayout,
  layoutAt,
  layoutInPlace,
  removeFiles,
} from "./file_layout.ts";
import { StorageError } from "./storage_error.ts";

/** A v1 torrent with these files of one byte each. */
function infoOf(name: string, paths: readonly (readonly string[])[], options: { readonly length?: number } = {}): Info {
  const { length = 1 } = options;
  const pieces = new Uint8Array(length === 0 ? 0 : 20);
  const files = paths.map((path) => ({ length, path: [...path] }));
  return decodeInfo(encodeBencode({
    name,
    "piece length": 16_384 * 1024,
    pieces,
    ...(files.length === 0 ? { length } : { files }),
  }));
}

function pathsOf(name: string, ...paths: readonly (readonly string[])[]): readonly (string | undefined)[] {
  return layoutAt(infoOf(name, paths), { folder: "/d", rootName: name }).paths;
}

class TemporaryFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "playswarm-layout-" });
  at(...segments: readonly string[]): string {
    return join(this.path, ...segments);
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("a single file lies in the folder, several in a folder of the torrent's name", () => {
  assert.deepEqual(layoutAt(infoOf("film.mp4", []), { folder: "/d", rootName: "film.mp4" }).paths, ["/d/film.mp4"]);
  assert.deepEqual(pathsOf("album", ["1.mp3"], ["art", "cover.jpg"]), ["/d/album/1.mp3", "/d/album/art/cover.jpg"]);
  assert.deepEqual(pathsOf("album", ["1.mp3"]), ["/d/album/1.mp3"], "one file of a folder is still in it");
});

Deno.test("names that become the same get numbers before their extension", () => {
  assert.deepEqual(pathsOf("t", ["a.txt"], ["A.TXT"], ["a.txt"]), ["/d/t/a.txt", "/d/t/A (2).TXT", "/d/t/a (3).txt"]);
  assert.deepEqual(pathsOf("t", ["a"], ["a", "b"], ["a", "c"]), ["/d/t/a", "/d/t/a (2)/b", "/d/t/a (2)/c"]);
  assert.deepEqual(pathsOf("t", ["a", "b"], ["a"]), ["/d/t/a/b", "/d/t/a (2)"]);
  assert.deepEqual(pathsOf("t", ["a (2).txt"], ["a.txt"], ["a.txt"]), [
    "/d/t/a (2).txt",
    "/d/t/a.txt",
    "/d/t/a (3).txt",
  ]);
  const long = `${"x".repeat(251)}.mp4`;
  const [, second] = pathsOf("t", [long], [long]);
  assert.equal(second, `/d/t/${"x".repeat(247)} (2).mp4`);
});

Deno.test("a thousand equal names are no work", () => {
  const paths = pathsOf("t", ...Array.from({ length: 5000 }, () => ["same.mp3"]));
  assert.equal(new Set(paths).size, 5000);
  assert.equal(paths.at(-1), "/d/t/same (5000).mp3");
});

Deno.test("whatever a torrent says, its files lie below the folder and no two at one place", () => {
  const segment = fc.oneof(
    fc.constantFrom("..", ".", "a", "A", "con", "a/b", "a\\b", "x\0", "é", "e\u0301", "", " ", "..."),
    fc.string({ maxLength: 300 }),
  );
  const paths = fc.array(fc.array(segment, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(segment, paths, (name, wanted) => {
      let info: Info;
      try {
        info = infoOf(name, wanted);
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
        return;
      }
      const { paths: placed, rootName } = chooseLayout(info, { folder: "/nowhere/at/all" });
      const folded = placed.map((path) => path?.normalize("NFC").toLowerCase());
      assert.equal(new Set(folded).size, info.files.length);
      for (const path of placed) {
        assert.ok(path !== undefined && path.startsWith(`/nowhere/at/all/${rootName}/`), path);
        assert.ok(!path.split("/").some((part) => part === ".." || part === "."), path);
        assert.ok(!folded.some((other) => other?.startsWith(`${path}/`)), "no file is a folder, too");
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});

Deno.test("a new torrent takes no name that is there or promised", () => {
  using folder = new TemporaryFolder();
  const info = infoOf("film.mp4", []);
  const choose = (taken: readonly string[]) =>
    chooseLayout(info, { folder: folder.path, isTaken: (name) => taken.includes(name) }).rootName;
  assert.equal(choose([]), "film.mp4");
  Deno.writeTextFileSync(folder.at("film.mp4"), "mine");
  assert.equal(choose([]), "film (2).mp4");
  assert.equal(choose(["film (2).mp4"]), "film (3).mp4");
  Deno.symlinkSync("/nowhere", folder.at("film (2).mp4"));
  assert.equal(choose([]), "film (3).mp4");
  assert.equal(chooseLayout(infoOf("v1.0", [["a"]]), { folder: folder.path }).rootName, "v1.0");
  Deno.mkdirSync(folder.at("v1.0"));
  assert.equal(chooseLayout(infoOf("v1.0", [["a"]]), { folder: folder.path }).rootName, "v1.0 (2)");
});

Deno.test("a link that leads out of the folder is refused, one inside is not", () => {
  using folder = new TemporaryFolder();
  using outside = new TemporaryFolder();
  Deno.mkdirSync(folder.at("t"));
  const layout = layoutAt(infoOf("t", [["sub", "a"], ["b"]]), { folder: folder.path, rootName: "t" });
  checkInside(layout);
  Deno.symlinkSync(outside.path, folder.at("t", "sub"));
  const isDenied = (error: unknown) => error instanceof StorageError && error.code === "denied";
  assert.throws(() => checkInside(layout), isDenied);
  assert.throws(() => removeFiles(layout), isDenied);
  Deno.removeSync(folder.at("t", "sub"));
  Deno.symlinkSync(outside.at("new"), folder.at("t", "b"));
  assert.throws(() => checkInside(layout), isDenied, "a link to nowhere would be made a file by writing");
  Deno.removeSync(folder.at("t", "b"));
  Deno.mkdirSync(folder.at("real"));
  Deno.symlinkSync(folder.at("real"), folder.at("t", "sub"));
  checkInside(layout);
});

Deno.test("empty files are made, and removing takes only what is the torrent's", () => {
  using folder = new TemporaryFolder();
  const info = infoOf("t", [["deep", "er", "a"], ["b"]], { length: 0 });
  const layout: FileLayout = chooseLayout(info, { folder: folder.at("made", "later") });
  createEmptyFiles(info, layout);
  createEmptyFiles(info, layout);
  assert.equal(Deno.statSync(folder.at("made", "later", "t", "deep", "er", "a")).size, 0);
  Deno.writeTextFileSync(folder.at("made", "later", "t", "note.txt"), "mine");
  removeFiles(layout);
  assert.deepEqual([...Deno.readDirSync(folder.at("made", "later", "t"))].map(({ name }) => name), ["note.txt"]);
  removeFiles(layout);
  Deno.removeSync(folder.at("made", "later", "t", "note.txt"));
  removeFiles(layout);
  assert.deepEqual([...Deno.readDirSync(folder.at("made", "later"))], []);
});

Deno.test("a share lies where it lies", () => {
  assert.deepEqual(layoutInPlace(infoOf("x.mp4", []), "/media/Y.mp4").paths, ["/media/Y.mp4"]);
  assert.throws(() => layoutInPlace(infoOf("x", [["a"], ["b"]]), "/media/x"), RangeError);
});
