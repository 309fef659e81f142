import assert from "node:assert/strict";
import { UsageError } from "./command_line.ts";
import { crashReport, reportingCrashes } from "./crash_report.ts";
import { ProgramFailure } from "./program.ts";

const options = { program: "peer", atMs: 0 };

Deno.test("a report says what happened and where in our code, and names no path", () => {
  const error = new Error(
    "Cannot read '/home/ada/My Films/secret film.mp4' (os error 5), nor /home/ada/diary.txt: gone",
  );
  error.stack = `Error: ${error.message}
    at Reader.read (file:///home/ada/src/playswarm/peer/storage/open_files.ts:12:34)
    at async file:///C:/Users/ada/peer.js:1:2`;
  const report = crashReport(new Error("outer", { cause: error }), options);
  assert.match(report, /^peer \(Playswarm\) \d+\.\d+\.\d+ met a bug of its own\.\nTime {6}1970-01-01T00:00:00\.000Z\n/);
  assert.match(report, /Caused by: Error: Cannot read '<path>' \(os error 5\), nor <path>: gone\n/);
  assert.match(report, /at Reader\.read \(open_files\.ts:12:34\)\n {4}at async peer\.js:1:2\n$/);
  assert.doesNotMatch(report, /ada|secret|diary|home\//);
});

Deno.test("Windows' paths are none of a report's either", () => {
  const report = crashReport(new Error("Cannot open C:\\Users\\ada\\film.mp4"), options);
  assert.doesNotMatch(report, /ada|film/);
});

Deno.test("a bug leaves a report in the data folder, and a sentence; what the user can mend is passed on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const place = { program: "peer", folder: `${folder}/data` };
    const bug = () => Promise.reject(new TypeError("undefined is not a function"));
    await assert.rejects(
      reportingCrashes(place, bug),
      (error) => error instanceof ProgramFailure && /\(TypeError: undefined is not a function\)/.test(error.message),
    );
    const [entry] = [...Deno.readDirSync(place.folder)];
    assert.match(entry?.name ?? "", /^crash-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d+Z\.txt$/);
    assert.match(
      await Deno.readTextFile(`${place.folder}/${entry?.name}`),
      /TypeError: undefined is not a function\n {4}at /,
    );
    const mistake = new UsageError("no");
    await assert.rejects(reportingCrashes(place, () => Promise.reject(mistake)), (error) => error === mistake);
    assert.equal(await reportingCrashes(place, () => Promise.resolve(3)), 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
