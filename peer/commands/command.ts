/**
 * What the commands of `peer` do alike: start their log, say their failures, open their session.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { CommandLine } from "../../shared/command_line.ts";
import { formatEndpoint, isLoopback } from "../../shared/endpoint.ts";
import { explainBinding, ProgramFailure, startLogging } from "../../shared/program.ts";
import { hostFlag, keyFlag, logFormatFlag, logLevelFlag, noLanFlag } from "../../shared/program_flags.ts";
import { RequestError } from "../api/request_error.ts";
import { communityOf, dhtFlag, mapPortFlag, nameFlag, ratesOf } from "../flags.ts";
import { findTracker } from "../net/tracker_finder.ts";
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
    // A database of a later program, which says so in a sentence.
    if (error instanceof RangeError) throw new ProgramFailure(error.message, { cause: error });
    throw explainBinding(error, { host: options.host ?? "0.0.0.0", port: options.port, flag: "port" });
  }
}

/** What every command's session is told by the flags that all of them have. @throws UsageError */
export function connectionOptions(line: CommandLine): Pick<
  SessionOptions,
  "host" | "tracker" | "key" | "name" | "downloadRate" | "uploadRate" | "lan" | "dht" | "mapPort"
> {
  const host = line.value(hostFlag);
  const key = line.value(keyFlag);
  const name = line.value(nameFlag);
  return {
    lan: !line.value(noLanFlag),
    dht: line.value(dhtFlag),
    mapPort: line.value(mapPortFlag),
    ...ratesOf(line),
    ...(host === undefined ? {} : { host }),
    ...(key === undefined ? {} : { key }),
    ...communityOf(line),
    ...(name === undefined ? {} : { name }),
  };
}

/** Datagrams on a local network need milliseconds; wireless ones that sleep may need a second. */
const NEARBY_MS = 1_500;

/** The tracker of the local network, for a command whose line names none; nothing where there is none, or it needs a key. */
export async function trackerNearby(
  line: CommandLine,
  stop: AbortSignal,
): Promise<Pick<SessionOptions, "tracker">> {
  const host = line.value(hostFlag);
  if (communityOf(line) !== undefined || line.value(noLanFlag) || isLoopback(host ?? "")) return {};
  const logger = getLogger(["playswarm", "peer", "lan"]);
  const found = await findTracker({
    host,
    timeoutMs: NEARBY_MS,
    onFault: (error) => logger.info("No tracker can be looked for: {error}", { error: error.message }),
    signal: stop,
  });
  if (found === undefined || (found.needsKey && line.value(keyFlag) === undefined)) return {};
  console.error(`Tracker ${found.name} at ${formatEndpoint(found)}, found on this network`);
  return { tracker: { host: found.host, port: found.port } };
}
