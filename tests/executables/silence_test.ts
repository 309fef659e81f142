import assert from "node:assert/strict";
import { resolve } from "node:path";
import { Program } from "../program.ts";
import { EXECUTABLES, executableTest } from "./executables.ts";

/** A network that has nothing but the loopback. */
const WITHOUT_NETWORK = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

/** Where everything of the system lies that a program of this platform reads. */
const SYSTEM = /^\/(?:dev|etc|lib|lib64|proc|sys|usr)\//;

const obstacle = findObstacle();

executableTest("a start without a network tries to reach nobody, and reads nothing but its own", async (stage) => {
  for (const name of ["tracker", "peer"] as const) {
    const { reached, read, home } = await traced(name, []);
    assert.deepEqual(reached, [], `${name} tried to reach somebody`);
    const strange = read.filter((path) => !path.startsWith(home) && path !== resolve(`${EXECUTABLES}/${name}`));
    assert.deepEqual(strange, [], `${name} read what is not its own`);
  }
  const { reached } = await traced("peer", ["--tracker", "192.0.2.1:7777", "--share", stage.folder.path]);
  assert.ok(reached.length > 0, "a tracker that is configured is asked");
  for (const call of reached) assert.match(call, /htons\(7777\), sin_addr=inet_addr\("192\.0\.2\.1"\)/);

  /** Starts a program, waits for its dashboard and a second more, and ends it. */
  async function traced(name: "tracker" | "peer", args: readonly string[]) {
    const home = await stage.folder.folder(`${name}-${args.length}`);
    const log = `${stage.folder.path}/${name}.strace`;
    const calls = "trace=connect,sendto,sendmsg,sendmmsg,open,openat";
    await using program = Program.start(name, args, {
      under: [...WITHOUT_NETWORK, "strace", "-D", "-f", "-qq", "-s", "200", "-e", calls, "-o", log],
      // As at a user's: nothing is switched off.
      env: { HOME: home, XDG_DATA_HOME: "", PLAYSWARM_NO_LAN: "0" },
      cwd: "/proc",
    });
    await program.line(/^Dashboard/);
    // Nothing tells that nobody will be reached: what a start does, it does within a second.
    // deno-lint-ignore house/no-sleeping-tests -- what does not happen has no event
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await program[Symbol.asyncDispose]();
    const lines = (await Deno.readTextFile(log)).split("\n");
    return {
      home,
      // A tracker's library asks its own tracker, on this machine.
      reached: lines.filter((line) => /\b(?:connect|send\w+)\(.*sa_family=AF_INET6?\b(?!.*"127\.)/.test(line)),
      read: lines
        .flatMap((line) => /\bopen(?:at)?\(.*?"([^"]*)".* = \d+$/.exec(line)?.[1] ?? [])
        .filter((path) => !SYSTEM.test(path)),
    };
  }
}, { obstacle });

function findObstacle(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "a network of its own needs Linux and root";
  try {
    const { success } = new Deno.Command("strace", { args: ["-V"], stdout: "null" }).outputSync();
    return success ? undefined : "strace does not work here";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "strace is not installed";
    throw error;
  }
}
