import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  extensionOf,
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatPieceLength,
  formatRate,
  hueOf,
  percentDone,
  titleOf,
} from "./format.ts";

Deno.test("sizes have three digits at most and never show a thousand of a unit", () => {
  const shown = [0, 1, 999, 1000, 1500, 12_340, 999_499, 999_500, 734_003_200, 1_370_000_000, 5e12, 3e18].map(
    formatBytes,
  );
  deepStrictEqual(shown, [
    "0 B",
    "1 B",
    "999 B",
    "1 kB",
    "1.5 kB",
    "12.3 kB",
    "999 kB",
    "1 MB",
    "734 MB",
    "1.37 GB",
    "5 TB",
    "3000 PB",
  ]);
  strictEqual(formatBytes(10_000_000), "10 MB");
  strictEqual(formatBytes(-5), "0 B");
});

Deno.test("rates are sizes a second, piece lengths are binary", () => {
  strictEqual(formatRate(1_500_000), "1.5 MB/s");
  strictEqual(formatPieceLength(524_288), "512 KiB");
  strictEqual(formatPieceLength(4_194_304), "4 MiB");
  strictEqual(formatPieceLength(100), "100 B");
});

Deno.test("durations show their two largest units", () => {
  const shown = [0, 4.4, 59.4, 60, 125, 3600, 12_000, 86_400, 187_200].map(formatDuration);
  deepStrictEqual(shown, ["0 s", "4 s", "59 s", "1 min", "2 min 5 s", "1 h", "3 h 20 min", "1 d", "2 d 4 h"]);
  strictEqual(formatDuration(Infinity), "∞");
});

Deno.test("moments ago", () => {
  const now = 1_000_000_000;
  strictEqual(formatAgo(now - 2000, now), "just now");
  strictEqual(formatAgo(now - 12_000, now), "12 s ago");
  strictEqual(formatAgo(now - 240_000, now), "4 min ago");
  strictEqual(formatAgo(now - 7_200_000, now), "2 h ago");
  strictEqual(formatAgo(now - 172_800_000, now), "2 d ago");
});

Deno.test("only what is complete is 100 percent", () => {
  strictEqual(percentDone(0, 100), 0);
  strictEqual(percentDone(99_999, 100_000), 99);
  strictEqual(percentDone(100, 100), 100);
  strictEqual(percentDone(0, 0), 100);
});

Deno.test("counts agree with their noun", () => {
  strictEqual(formatCount(1, "peer"), "1 peer");
  strictEqual(formatCount(0, "peer"), "0 peers");
  strictEqual(formatCount(10_234, ["entry", "entries"]), "10,234 entries");
});

Deno.test("titles lose folders, extensions and the signs that stand for spaces", () => {
  strictEqual(titleOf("Big_Buck_Bunny.mp4"), "Big Buck Bunny");
  strictEqual(titleOf("a/b/The.Long.Way.mkv"), "The Long Way");
  strictEqual(titleOf("J. S. Bach - Air.flac"), "J. S. Bach - Air");
  strictEqual(titleOf("README"), "README");
  strictEqual(titleOf(".mp3"), "mp3");
  strictEqual(titleOf("...."), "....");
});

Deno.test("extensions and hues", () => {
  strictEqual(extensionOf("a.mp4"), "MP4");
  strictEqual(extensionOf(".hidden"), "");
  strictEqual(extensionOf("none"), "");
  strictEqual(hueOf("0000ff" + "0".repeat(34)), 255);
  strictEqual(hueOf("not hex"), 40);
});
