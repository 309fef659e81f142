import assert from "node:assert/strict";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { Folder, Program } from "../../tests/program.ts";
import { Scene, share, untilListed } from "../../tests/session_scene.ts";

/** Runs `peer` to its end. */
async function peer(args: readonly string[], options: { readonly cwd?: string } = {}) {
  await using program = Program.start("peer", args, options);
  const code = await program.exitCode();
  return { code, output: program.output };
}

Deno.test("mistakes on the line are said in a sentence", async () => {
  const mistakes = [
    [["--mod", "audio"], /There is no flag --mod; did you mean --mode\?/],
    [["--dashboard", "0.0.0.0:0"], /without a password: give one with --password/],
    [["download", "--to", "."], /Say what to download/],
    [["download", "a"], /Say where to put the files with --to DIR/],
    [["share"], /Say which files or folders to share/],
    [["create"], /Say of which file/],
    [["create", "a", "b"], /Cannot use "b": nothing is expected there/],
  ] as const;
  const answers = await Promise.all(mistakes.map(([args]) => peer(args)));
  for (const [index, [args, message]] of mistakes.entries()) {
    assert.match(answers[index]?.output ?? "", message, args.join(" "));
    assert.equal(answers[index]?.code, 2, args.join(" "));
  }
});

Deno.test("create makes the torrent that sharing would, and says where it cannot", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await scene.file("films/a.mp4", { length: 700_000 });
  await using session = await scene.session("peer");
  const [file] = await share(session, folder, ["a.mp4"]);
  const output = `${folder}/a.torrent`;
  const made = await peer(["create", `${folder}/a.mp4`, "-o", output, "--tracker", "udp://t.test:1/announce"]);
  assert.equal(made.code, 0);
  const metainfo = decodeMetainfo(await Deno.readFile(output));
  assert.equal(metainfo.info.infoHash, file?.metainfo.info.infoHash);
  assert.deepEqual(metainfo.trackers, [["udp://t.test:1/announce"]]);
  assert.match(made.output, new RegExp(`magnet:\\?xt=urn:btih:${metainfo.info.infoHash}`));

  const failures = [
    [["create", `${folder}/b.mp4`], /There is no file/],
    [["create", folder], /is a folder: give one file/],
    [["create", `${folder}/a.mp4`, "-o", `${folder}/none/a.torrent`], /There is no folder for/],
  ] as const;
  for (const [args, message] of failures) {
    const { code, output } = await peer(args);
    assert.match(output, message);
    assert.equal(code, 1);
  }
});

Deno.test("download goes on where it was stopped, by a name that its own half file has", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  const [bytes, small] = [
    await scene.file("films/Big Film.mp4", { length: 3_000_000 }),
    await scene.file("films/small.mp4", { length: 10_000, seed: 2 }),
  ];
  await using session = await scene.session("seeder");
  const files = await share(session, folder, ["Big Film.mp4", "small.mp4"]);
  for (const file of files) await untilListed(scene, file.metainfo.info.infoHash);
  const to = await scene.folder("downloads");
  const flags = ["--to", to, "--host", "127.0.0.1", "--tracker", `127.0.0.1:${scene.tracker.port}`];
  {
    await using stopped = Program.start("peer", ["download", "Big Film.mp4", ...flags, "--download-rate", "200"], {
      cwd: to,
    });
    using watcher = Deno.watchFs(to);
    for await (const { paths } of watcher) if (paths.some((path) => path.endsWith("Big Film.mp4"))) break;
    stopped.kill("SIGINT");
    assert.equal(await stopped.exitCode(), 1);
    assert.match(stopped.output, /Stopped\. Run the same again to go on\./);
  }
  // Another download into the folder neither goes on with the first nor forgets it.
  const other = await peer(["download", "small.mp4", "small.mp4", ...flags], { cwd: to });
  assert.equal(other.output, "small.mp4: 10 kB, verified");
  assert.equal(other.code, 0);
  assert.deepEqual(await Deno.readFile(`${to}/small.mp4`), small);
  assert.equal((await Deno.stat(`${to}/.playswarm-download`)).isDirectory, true);

  const rest = await peer(["download", "Big Film.mp4", ...flags], { cwd: to });
  assert.equal(rest.output, "Big Film.mp4: 3 MB, verified");
  assert.equal(rest.code, 0);
  assert.deepEqual(await Deno.readFile(`${to}/Big Film.mp4`), bytes);
  const names = (await Array.fromAsync(Deno.readDir(to))).map((entry) => entry.name).sort();
  assert.deepEqual(names, ["Big Film.mp4", "small.mp4"]);
});

Deno.test("download says what it cannot do", async () => {
  await using folder = await Folder.create();
  await Deno.writeTextFile(`${folder.path}/broken.torrent`, "<html>");
  const failures = [
    [["download", "none.torrent", "--to", folder.path], /There is no file none\.torrent/],
    [["download", `${folder.path}/broken.torrent`, "--to", folder.path], /not a usable torrent file/],
    [["download", "Some name", "--to", folder.path], /to look up names, give a tracker/],
    [["download", "Some name", "--to", `${folder.path}/broken.torrent`], /it is a file/],
  ] as const;
  for (const [args, message] of failures) {
    const { code, output } = await peer(args);
    assert.match(output, message);
    assert.equal(code, 1);
  }
});

Deno.test("share prints a magnet link for each file, and only of the folders named now", async () => {
  await using scene = await Scene.create();
  const [first, second, data] = [await scene.folder("first"), await scene.folder("second"), await scene.folder("data")];
  await scene.file("first/a.mp4", { length: 10_000 });
  await scene.file("second/b.mp4", { length: 10_000 });
  const flags = ["--data-dir", data, "--port", "0", "--host", "127.0.0.1"];
  for (const [folder, name] of [[first, "a"], [second, "b"]] as const) {
    await using program = Program.start("peer", ["share", folder, ...flags]);
    const link = "magnet:\\?xt=urn:btih:[0-9a-f]{40}&xt=urn:btmh:1220[0-9a-f]{64}";
    await program.line(new RegExp(`^${name}\\.mp4  ${link}&dn=${name}\\.mp4$`));
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
    assert.equal(program.output.split("\n").filter((line) => line.includes("magnet:")).length, 1);
  }
});

Deno.test("share of a file shares that file and not its neighbours", async () => {
  await using scene = await Scene.create();
  const [folder, data] = [await scene.folder("films"), await scene.folder("data")];
  await scene.file("films/a.mp4", { length: 10_000 });
  await scene.file("films/b.mp4", { length: 10_000 });
  await scene.file("films/c.mp4", { length: 10_000 });
  const flags = ["--data-dir", data, "--port", "0", "--host", "127.0.0.1"];
  await using program = Program.start("peer", ["share", `${folder}/a.mp4`, `${folder}/c.mp4`, ...flags]);
  await Promise.all([program.line(/^a\.mp4 {2}magnet:/), program.line(/^c\.mp4 {2}magnet:/)]);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
  assert.doesNotMatch(program.output, /b\.mp4/);
});
