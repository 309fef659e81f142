/**
 * A community on one machine, to look at: a tracker with a library, a peer that shares a folder, and a peer in
 * `--mode video`. Prints the three addresses and runs until interrupted. Everything it makes lies in `.demo/`.
 *
 * @module
 */
import { Program } from "../program.ts";
import { hasFfmpeg, librarySamples, makeSamples, type Sample, sharedSamples } from "./sample_media.ts";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.demo`;

/** Fills a folder with media: minutes of it where ffmpeg is, the small files of the tests elsewhere. */
async function fill(
  target: string,
  options: { samples: readonly Sample[]; fixtures: readonly string[] },
): Promise<void> {
  if (await hasFfmpeg()) return await makeSamples(options.samples, target);
  await Deno.mkdir(target, { recursive: true });
  for (const name of options.fixtures) await Deno.copyFile(`${root}tests/fixtures/${name}`, `${target}/${name}`);
}

/** Waits for Ctrl-C or SIGTERM. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const leave = () => {
      Deno.removeSignalListener("SIGINT", leave);
      Deno.removeSignalListener("SIGTERM", leave);
      resolve();
    };
    Deno.addSignalListener("SIGINT", leave);
    Deno.addSignalListener("SIGTERM", leave);
  });
}

if (import.meta.main) {
  console.log("Making sample media in .demo/ (only the first time)…");
  const library = fill(`${folder}/library`, { samples: librarySamples, fixtures: ["aurora.mp4", "chime.mp3"] });
  const shared = fill(`${folder}/shared`, {
    samples: sharedSamples,
    fixtures: ["tide.mp4", "meadow.webm", "orbit.mkv"],
  });
  await Promise.all([library, shared]);

  await using tracker = Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--interval", "10"],
    ...["--library", `${folder}/library`, "--data-dir", `${folder}/tracker`],
  ]);
  const address = `127.0.0.1:${await tracker.port()}`;
  const common = ["--tracker", address, "--host", "127.0.0.1", "--port", "0", "--dashboard", "127.0.0.1:0"];
  await using sharing = Program.start("peer", [
    ...common,
    ...["--share", `${folder}/shared`, "--data-dir", `${folder}/sharing`, "--downloads", `${folder}/sharing/downloads`],
  ]);
  await using watching = Program.start("peer", [
    ...common,
    ...["--mode", "video", "--data-dir", `${folder}/watching`, "--downloads", `${folder}/watching/downloads`],
  ]);
  const addresses = await Promise.all([watching.dashboard(), sharing.dashboard(), tracker.dashboard()]);
  console.log(`
  Watch videos      ${addresses[0]}/
  The sharing peer  ${addresses[1]}/
  The tracker       ${addresses[2]}/

Press Ctrl-C to stop.`);
  await interrupted();
  console.log("\nStopping…");
}
