import { deepEqual, equal, match, throws } from "node:assert/strict";
import {
  choiceFlag,
  type CommandLine,
  describeFlags,
  type Flag,
  listFlag,
  numberFlag,
  readCommandLine,
  switchFlag,
  textFlag,
  UsageError,
} from "./command_line.ts";

const port = numberFlag("port", { help: "Port to listen on", min: 0, max: 65535, fallback: 6881 });
const mode = choiceFlag("mode", { help: "What to show", choices: ["audio", "video"] });
const share = listFlag("share", { help: "Folder to share", placeholder: "DIR" });
const open = switchFlag("open", { help: "Open the browser" });
const output = textFlag("output", { help: "Where to write", placeholder: "FILE", letter: "o" });
const flags: readonly Flag<unknown>[] = [port, mode, share, open, output];

function read(args: readonly string[], environment: Readonly<Record<string, string>> = {}): CommandLine {
  return readCommandLine(args, {
    flags,
    environment: (name) => environment[name],
    listSeparator: ":",
    maxOperands: 2,
  });
}

Deno.test("flags are read with their types, in either spelling", () => {
  const line = read([
    "--port=7000",
    "--mode",
    "video",
    "--share",
    "a",
    "--share",
    "b",
    "--open",
    "-o",
    "x",
    "one",
    "2",
  ]);
  equal(line.value(port), 7000);
  equal(line.value(mode), "video");
  deepEqual(line.value(share), ["a", "b"]);
  equal(line.value(open), true);
  equal(line.value(output), "x");
  deepEqual(line.operands, ["one", "2"]);
});

Deno.test("what is not given has its fallback, or is undefined", () => {
  const line = read([]);
  equal(line.value(port), 6881);
  equal(line.value(mode), undefined);
  deepEqual(line.value(share), []);
  equal(line.value(open), false);
});

Deno.test("the environment speaks where the command line is silent", () => {
  const environment = { PLAYSWARM_PORT: "1", PLAYSWARM_SHARE: "a:b", PLAYSWARM_OPEN: "1" };
  equal(read([], environment).value(port), 1);
  equal(read(["--port", "2"], environment).value(port), 2);
  deepEqual(read([], environment).value(share), ["a", "b"]);
  equal(read([], environment).value(open), true);
});

Deno.test("a settings file speaks where line and environment are silent", () => {
  const config = textFlag("config", { help: "File with flags", placeholder: "FILE" });
  const other = textFlag("to", { help: "Of another command" });
  const file = (settings: Readonly<Record<string, readonly string[]>>, line: readonly string[], variable?: string) =>
    readCommandLine(line, {
      flags: [...flags, config],
      environment: (name) => name === "PLAYSWARM_PORT" ? variable : undefined,
      listSeparator: ":",
      maxOperands: 0,
      settings: { flag: config, otherFlags: [other], read: () => new Map(Object.entries(settings)) },
    });
  const settings = { port: ["3"], share: ["a", "b:c"], open: ["true"], to: ["x"] };
  const line = file(settings, ["--config", "f"]);
  equal(line.value(port), 3);
  deepEqual(line.value(share), ["a", "b:c"]);
  equal(line.value(open), true);
  deepEqual(line.given(port), { texts: ["3"], origin: "file" });
  deepEqual(line.given(mode), { texts: [], origin: "default" });
  deepEqual(file(settings, ["--config", "f"], "2").given(port), { texts: ["2"], origin: "environment" });
  deepEqual(file(settings, ["--config", "f", "--port", "1"], "2").given(port), { texts: ["1"], origin: "line" });
  equal(file(settings, []).value(port), 6881);
  throws(
    () => file({ prot: ["1"] }, ["--config", "f"]),
    /^UsageError: f: there is no setting prot; did you mean port\?$/,
  );
});

Deno.test("mistakes are said in a sentence", () => {
  throws(() => read(["--prot", "1"]), /There is no flag --prot; did you mean --port\?/);
  throws(() => read(["--frobnicate"]), /see --help/);
  throws(() => read(["--port", "70000"]).value(port), /Cannot read --port as a whole number from 0 to 65535/);
  throws(() => read(["--port", "-1"]).value(port), UsageError);
  throws(() => read(["--mode", "radio"]).value(mode), /Cannot read --mode as audio or video: current value is "radio"/);
  throws(() => read(["a", "b", "c"]), /Cannot use "c"/);
  throws(() => read(["--share"]).value(share), /Cannot use --share without a value/);
});

Deno.test("the help has a line for each flag", () => {
  const lines = describeFlags(flags).split("\n");
  equal(lines.length, flags.length);
  match(lines[2] ?? "", /^ {2}--share DIR \.\.\. +Folder to share$/);
});
