/**
 * A community on one machine, to look at: a tracker with a library, a peer that shares a folder, and a peer in
 * each mode. Prints their addresses and runs until interrupted. Everything it makes lies in `.demo/`.
 *
 * @module
 */
import { Program } from "../program.ts";
import { demoMedia } from "./demo_media.ts";
import { canWriteTitles, hasFfmpeg, makeSamples } from "./sample_media.ts";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.demo`;

/** The folders of the demo, and what lies there where ffmpeg is not. */
const FOLDERS = {
  library: ["aurora.mp4", "chime.mp3"],
  shared: ["tide.mp4", "meadow.webm", "orbit.mkv"],
} as const;

/** Fills the folders: films and albums where ffmpeg is, each offered as soon as it is made; the tests' files elsewhere. */
async function fill(signal: AbortSignal): Promise<void> {
  const media = await hasFfmpeg() ? demoMedia({ canWrite: await canWriteTitles() }) : undefined;
  const fillOne = async (name: keyof typeof FOLDERS) => {
    const target = `${folder}/${name}`;
    if (media === undefined) {
      for (const file of FOLDERS[name]) await Deno.copyFile(`${root}tests/fixtures/${file}`, `${target}/${file}`);
      return;
    }
    for (const { name: text, text: words } of media[name].texts) await Deno.writeTextFile(`${target}/${text}`, words);
    await makeSamples(media[name].media, { folder: target, signal });
  };
  await Promise.all([fillOne("library"), fillOne("shared")]);
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
  for (const name of Object.keys(FOLDERS)) await Deno.mkdir(`${folder}/${name}`, { recursive: true });

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

Press Ctrl-C to stop. Films and songs are made now, the first time, and appear on the pages one after another.
`);
  const end = new AbortController();
  const leaving = interrupted();
  const filled = fill(end.signal);
  // Whatever cannot be made is said at once.
  await Promise.race([leaving, filled]);
  await leaving;
  end.abort();
  await filled;
  console.log("\nStopping…");
}
