import assert from "node:assert/strict";
import { flagsOf } from "../shared/program_line.ts";
import { trackerHelp } from "./flags.ts";

const unit = await Deno.readTextFile(new URL("./playswarm-tracker.service", import.meta.url));
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(unit)?.[1];

Deno.test("the unit starts the tracker with flags that there are, reloads and ends it as it can", () => {
  const flags = (setting("ExecStart") ?? "").match(/--[a-z-]+/g) ?? [];
  const known = flagsOf(trackerHelp).map(({ name }) => `--${name}`);
  assert.ok(flags.length > 0 && flags.every((flag) => known.includes(flag)), flags.join(" "));
  assert.match(setting("ExecReload") ?? "", /-HUP/);
  assert.ok(Number(setting("TimeoutStopSec")) > 5, "more than an end in good order takes");
  // The compiler of V8 writes code and runs it.
  assert.equal(setting("MemoryDenyWriteExecute"), undefined);
});
