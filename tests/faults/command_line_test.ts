import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { Program } from "../program.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, assertSentence, stageTest } from "./stage.ts";

const PROGRAMS = ["tracker", "peer"] as const;

stageTest("--help and --version answer and leave with 0", async (stage) => {
  const commands = [[], ["download"], ["share"], ["create"]];
  await Promise.all([
    ...commands.map(async (command) => {
      const help = await stage.run("peer", [...command, "--help"]);
      assert.equal(help.code, 0, help.output);
      assert.match(help.output, new RegExp(`Usage: peer ${command.join(" ")}`));
      const lines = help.output.split("\n");
      assert.ok(lines.length <= 24 && lines.every((line) => line.length <= 80), `fits a terminal:\n${help.output}`);
      const version = await stage.run("peer", [...command, "--version"]);
      assert.equal(version.code, 0);
      assert.match(version.output, /^peer \(Playswarm\) \d+\.\d+\.\d+$/);
    }),
    ...PROGRAMS.map(async (program) => {
      const help = await stage.run(program, ["-h"]);
      assert.equal(help.code, 0);
      assert.match(help.output, new RegExp(`Usage: ${program}`));
      assert.equal((await stage.run(program, ["--version"])).code, 0);
    }),
  ]);
});

stageTest("a settings file serves all commands, and its mistakes are said", async (stage) => {
  const config = `${stage.folder.path}/playswarm.conf`;
  await Deno.writeTextFile(config, "share = /nowhere\ndownload-rate = fast\n");
  const download = await stage.run("peer", ["download", "x", "--to", stage.folder.path, "--config", config]);
  assertSentence(download, 2, /--download-rate as a whole number from 1 to \d+: current value is "fast"$/);
  await Deno.writeTextFile(config, "shrae = /nowhere\n");
  assertSentence(await stage.run("peer", ["--config", config]), 2, /there is no setting shrae; did you mean share\?$/);
});

stageTest("bad usage is said in one line with a suggestion, and leaves with 2", async (stage) => {
  const mistakes: readonly (readonly ["tracker" | "peer", readonly string[], RegExp])[] = [
    ["tracker", ["--prot", "1"], /^tracker: There is no flag --prot; did you mean --port\?$/],
    ["tracker", ["--intervall=2"], /did you mean --interval\?$/],
    ["tracker", ["--nonsense"], /There is no flag --nonsense; see --help$/],
    ["tracker", ["--port", "70000"], /--port as a whole number from 0 to 65535: current value is "70000"$/],
    ["tracker", ["--port"], /--port without a value: it takes PORT$/],
    ["tracker", ["--log-level", "loud"], /--log-level as debug or info or warning or error/],
    ["tracker", ["left", "over"], /Cannot use "left": nothing is expected there$/],
    ["tracker", ["--dashboard", "0.0.0.0:0"], /without a password: give one with --password$/],
    ["tracker", ["--config", "/nowhere/at/all"], /--config \/nowhere\/at\/all: there is no such file$/],
    ["peer", ["--mod", "video"], /did you mean --mode\?$/],
    ["peer", ["--mode", "text"], /--mode as audio or video: current value is "text"$/],
    ["peer", ["--tracker", "host:port:7"], /--tracker as HOST\[:PORT\]/],
    ["peer", ["--dashboard", "nonsense:99999"], /--dashboard as HOST:PORT/],
    ["peer", ["downlaod", "x"], /Cannot use "downlaod": there is no such command; did you mean download\?$/],
    ["peer", ["completions", "csh"], /Say for which shell: peer completions bash\|zsh\|fish$/],
    ["peer", ["download"], /Say what to download; see peer download --help$/],
    ["peer", ["download", "x"], /Say where to put the files with --to DIR$/],
    ["peer", ["download", "x", "--to", "", "--tracker", "a"], /--to without a value: it takes DIR$/],
    ["peer", ["share"], /Say which files or folders to share/],
    ["peer", ["create"], /Say of which file to make a torrent/],
  ];
  // A few at a time: each is a process of its own.
  for (let start = 0; start < mistakes.length; start += 4) {
    await Promise.all(
      mistakes.slice(start, start + 4).map(async ([program, args, pattern]) => {
        assertSentence(await stage.run(program, args), 2, pattern);
      }),
    );
  }
});

stageTest("a port in use is said with the flag that changes it", async (stage) => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const takenUdp = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  stage.use({ [Symbol.dispose]: () => takenUdp.close() });
  const { port } = taken.addr;
  const udpPort = takenUdp.addr.transport === "udp" ? takenUdp.addr.port : 0;
  const folder = await stage.write("films", "film.mp4", seededBytes(1, 1000));
  const home = ["--data-dir", `${stage.folder.path}/home`, "--host", "127.0.0.1", "--no-lan"];
  const here = `127.0.0.1:${port}`;
  const anywhere = ["--dashboard", "127.0.0.1:0"];
  const tracker = ["--port", "0", "--peer-port", "0"];
  const downloads = ["--downloads", `${stage.folder.path}/downloads`];
  const attempts: readonly (readonly ["tracker" | "peer", readonly string[], number, string])[] = [
    ["tracker", [...home, ...anywhere, "--peer-port", "0", "--port", `${port}`], port, "port"],
    ["tracker", [...home, ...anywhere, "--peer-port", "0", "--port", `${udpPort}`], udpPort, "port"],
    ["tracker", [...home, ...anywhere, "--port", "0", "--peer-port", `${port}`], port, "peer-port"],
    ["tracker", [...home, ...tracker, "--dashboard", here], port, "dashboard"],
    ["peer", [...home, ...downloads, ...anywhere, "--port", `${port}`], port, "port"],
    ["peer", [...home, ...downloads, "--port", "0", "--dashboard", here], port, "dashboard"],
    ["peer", ["share", folder, ...home, "--port", `${port}`], port, "port"],
    ["peer", ["download", "0".repeat(40), "--to", `${stage.folder.path}/to`, "--port", `${port}`], port, "port"],
  ];
  for (const [program, args, used, flag] of attempts) {
    const sentence = `${program}: Port ${used} is in use by another program: choose another with --${flag}`;
    const ended = await stage.run(program, args);
    assert.deepEqual(ended, { code: 1, output: sentence }, args.join(" "));
  }
});

stageTest("folders and files that cannot be used are said in one line, and leave with 1", async (stage) => {
  const { path } = stage.folder;
  await Deno.writeTextFile(`${path}/file`, "a file");
  const hash = "0".repeat(40);
  const home = ["--data-dir", `${path}/home`, "--host", "127.0.0.1", "--port", "0", "--no-lan"];
  const dashboard = ["--dashboard", "127.0.0.1:0"];
  const attempts: readonly (readonly [readonly string[], RegExp])[] = [
    [["download", hash, "--to", `${path}/file`], /Cannot use .*\/file as a folder: it is a file$/],
    [["download", hash, "--to", `${path}/file/below`], /Cannot use .*\/file\/below as a folder/],
    [["download", hash, "--to", "/proc/nowhere"], /Cannot .*\/proc\/nowhere/],
    [["share", `${path}/missing`, ...home], /There is no folder .*\/missing$/],
    [["share", `${path}/file/below`, ...home], /There is no folder .*\/file\/below$/],
    [["create", `${path}/missing.mp4`], /There is no file .*\/missing\.mp4$/],
    [["create", `${path}/file/below.mp4`], /There is no file .*\/file\/below\.mp4$/],
    [["create", path], /is a folder: give one file$/],
    [["create", `${path}/file`, "-o", `${path}/no/where.torrent`], /There is no folder for .*\/no\/where\.torrent$/],
    [["download", `${path}/file/below.torrent`, "--to", `${path}/d`], /There is no file .*\/below\.torrent$/],
    [[...home, ...dashboard, "--downloads", `${path}/d`, "--share", `${path}/file`], /is a file: choose the folder/],
    [[...home, ...dashboard, "--downloads", `${path}/file`], /Cannot use .*\/file as a folder/],
    [
      ["--host", "127.0.0.1", "--port", "0", ...dashboard, "--data-dir", `${path}/file`, "--downloads", `${path}/d`],
      /file/,
    ],
    [[...home, ...dashboard, "--downloads", `${path}/d`, "--share", `${path}/missing`], /There is no folder/],
    [
      [...home, ...dashboard, "--downloads", `${path}/d`, "--host", "192.0.2.1"],
      /has no address 192\.0\.2\.1: choose another with --host$/,
    ],
  ];
  for (const [args, pattern] of attempts) assertSentence(await stage.run("peer", args), 1, pattern);
  assertSentence(
    await stage.run("tracker", ["--port", "0", "--peer-port", "0", ...dashboard, "--data-dir", `${path}/file`]),
    1,
    /file/,
  );
});

stageTest(
  "a database of a later version is said; one that is none leaves a crash report without paths",
  async (stage) => {
    const data = await stage.folder.folder("secret home");
    const args = [
      ...["--data-dir", data, "--downloads", `${data}/downloads`, "--host", "127.0.0.1", "--port", "0", "--no-lan"],
      ...["--dashboard", "127.0.0.1:0"],
    ];
    const later = new DatabaseSync(`${data}/playswarm.db`);
    later.exec("PRAGMA user_version = 99");
    later.close();
    assertSentence(await stage.run("peer", args), 1, /it is of version 99, this program knows \d+$/);
    await Deno.writeTextFile(`${data}/playswarm.db`, "no database ".repeat(1_000));
    assertSentence(
      await stage.run("peer", args),
      1,
      /Stopped by a bug of its own \(.*\)\. What happened, .* is in .*\.txt$/,
    );
    const report = [...Deno.readDirSync(data)].find(({ name }) => name.startsWith("crash-"));
    const text = await Deno.readTextFile(`${data}/${report?.name}`);
    assert.match(text, /file is not a database[^]*database\.ts:\d+|file is not a database[^]*\.js:\d+/);
    assert.doesNotMatch(text, /secret|\/tmp/);
  },
);

stageTest("a torrent is made of a file, the same each time, and nothing is left behind", async (stage) => {
  const content = seededBytes(5, 700_000);
  const folder = await stage.write("films", "film.mp4", content);
  const output = (name: string) => `${folder}/${name}.torrent`;
  const args = ["create", `${folder}/film.mp4`, "--tracker", "udp://127.0.0.1:1/announce", "-o"];
  const made = await Promise.all(["one", "two"].map((name) => stage.run("peer", [...args, output(name)])));
  assert.deepEqual(made.map(({ code }) => code), [0, 0]);
  const told = await stage.run("peer", [...args, output("three"), "--json"]);
  const view: Readonly<Record<string, unknown>> = JSON.parse(told.output);
  assert.equal(view.torrent, output("three"));
  assert.equal(view.sizeBytes, content.length);
  assert.match(
    made[0]?.output ?? "",
    /^magnet:\?xt=urn:btih:[0-9a-f]{40}&xt=urn:btmh:1220[0-9a-f]{64}&dn=film\.mp4&tr=udp/m,
  );
  await assertFile(output("one"), await Deno.readFile(output("two")));

  // The tracker of the environment, which the other commands take by its name, is taken by it here too.
  await using named = Program.start("peer", ["create", `${folder}/film.mp4`, "-o", output("four"), "--json"], {
    env: { PLAYSWARM_TRACKER: "media.home", PLAYSWARM_KEY: "our secret" },
  });
  assert.equal(await named.exitCode(), 0, named.output);
  const { trackers } = decodeMetainfo(await Deno.readFile(output("four")));
  const path = "media.home:6969/our%20secret/announce";
  assert.deepEqual(trackers, [[`udp://${path}`, `http://${path}`]]);
});
