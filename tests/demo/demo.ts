/**
 * A community on one machine, to look at: a tracker with a library, a peer that shares a folder, and a peer in
 * each mode. Prints their addresses and runs until interrupted. Everything it makes lies in `.demo/`.
 *
 * @module
 */
import { Program } from "../program.ts";
import { type DemoFolder, demoMedia } from "./demo_media.ts";
import { canWriteTitles, hasFfmpeg, makeSamples } from "./sample_media.ts";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.demo`;

/** Fills a folder: films and albums where ffmpeg is, the small files of the tests elsewhere. */
async function fill(
  target: string,
  options: { readonly folder: DemoFolder | undefined; readonly fixtures: readonly string[] },
): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for (const { name, text } of options.folder?.texts ?? []) await Deno.writeTextFile(`${target}/${name}`, text);
  if (options.folder !== undefined) return await makeSamples(options.folder.media, target);
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
  const media = await hasFfmpeg() ? demoMedia({ canWrite: await canWriteTitles() }) : undefined;
  const library = fill(`${folder}/library`, { folder: media?.library, fixtures: ["aurora.mp4", "chime.mp3"] });
  const shared = fill(`${folder}/shared`, {
    folder: media?.shared,
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
  await using listening = Program.start("peer", [
    ...common,
    ...["--mode", "audio", "--data-dir", `${folder}/listening`, "--downloads", `${folder}/listening/downloads`],
  ]);
  const programs = [watching, listening, sharing, tracker];
  const addresses = await Promise.all(programs.map((program) => program.dashboard()));
  console.log(`
  Watch videos      ${addresses[0]}/
  Listen to music   ${addresses[1]}/
  The sharing peer  ${addresses[2]}/
  The tracker       ${addresses[3]}/

Press Ctrl-C to stop.`);
  await interrupted();
  console.log("\nStopping…");
}
