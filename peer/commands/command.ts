/**
 * What the commands of `peer` do alike: read their line, answer `--help` and `--version`, open their session.
 *
 * @module
 */
import { type CommandLine, type Flag, readCommandLine } from "../../shared/command_line.ts";
import { EXIT, explainBinding, ProgramFailure, startLogging, versionLine } from "../../shared/program.ts";
import { helpFlag, hostFlag, keyFlag, logLevelFlag, noLanFlag, versionFlag } from "../../shared/program_flags.ts";
import { RequestError } from "../api/request_error.ts";
import { dhtFlag, mapPortFlag, ratesOf, trackerOf } from "../flags.ts";
import { Session } from "../session.ts";
import type { SessionOptions } from "../session_options.ts";

/** A command: its flags, how many operands it takes, its help, and what it does. */
export interface Command {
  readonly flags: readonly Flag<unknown>[];
  readonly maxOperands: number;
  readonly help: string;
  /** Does it; gives the exit code. @throws UsageError, ProgramFailure, RequestError */
  run(line: CommandLine): Promise<number>;
}

/** Runs a command to its exit code. @throws UsageError, ProgramFailure */
export async function runCommand(args: readonly string[], command: Command): Promise<number> {
  const line = readCommandLine(args, {
    flags: [...command.flags, logLevelFlag, helpFlag, versionFlag],
    environment: (name) => Deno.env.get(name),
    listSeparator: Deno.build.os === "windows" ? ";" : ":",
    maxOperands: command.maxOperands,
  });
  if (line.value(helpFlag)) return say(command.help);
  if (line.value(versionFlag)) return say(versionLine("peer"));
  await startLogging(line.value(logLevelFlag));
  try {
    return await command.run(line);
  } catch (error) {
    // What the dashboard would show to the user, the terminal shows as well.
    throw error instanceof RequestError ? new ProgramFailure(error.message, { cause: error }) : error;
  }
}

/** Opens a session; a port that is taken is said with the flag that changes it. */
export async function openSession(options: SessionOptions): Promise<Session> {
  try {
    return await Session.open(options);
  } catch (error) {
    throw explainBinding(error, { host: options.host ?? "0.0.0.0", port: options.port, flag: "port" });
  }
}

/** What every command's session is told by the flags that all of them have. @throws UsageError */
export function connectionOptions(line: CommandLine): Pick<
  SessionOptions,
  "host" | "tracker" | "key" | "downloadRate" | "uploadRate" | "lan" | "dht" | "mapPort"
> {
  const host = line.value(hostFlag);
  const tracker = trackerOf(line);
  const key = line.value(keyFlag);
  return {
    lan: !line.value(noLanFlag),
    dht: line.value(dhtFlag),
    mapPort: line.value(mapPortFlag),
    ...ratesOf(line),
    ...(host === undefined ? {} : { host }),
    ...(tracker === undefined ? {} : { tracker }),
    ...(key === undefined ? {} : { key }),
  };
}

function say(text: string): number {
  console.log(text);
  return EXIT.done;
}
