/**
 * What the commands of `peer` do alike: start their log, say their failures, open their session.
 *
 * @module
 */
import type { CommandLine } from "../../shared/command_line.ts";
import { explainBinding, ProgramFailure, startLogging } from "../../shared/program.ts";
import { hostFlag, keyFlag, logFormatFlag, logLevelFlag, noLanFlag } from "../../shared/program_flags.ts";
import { RequestError } from "../api/request_error.ts";
import { dhtFlag, mapPortFlag, ratesOf, trackerOf } from "../flags.ts";
import { Session } from "../session.ts";
import type { SessionOptions } from "../session_options.ts";

/** Starts the log and does what a command does; what the dashboard would show to the user, the terminal shows as well. */
export async function runCommand(line: CommandLine, run: (line: CommandLine) => Promise<number>): Promise<number> {
  await startLogging(line.value(logLevelFlag), line.value(logFormatFlag));
  try {
    return await run(line);
  } catch (error) {
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
