/**
 * The rules of the rooms: imports point down and siblings never meet, and where decisions are made nobody knows a clock,
 * chance or the runtime.
 *
 * @module
 */
import { isTest, projectPath } from "./project_path.ts";

/** Which folders the files of a room may import from, the most specific room first. */
const ROOMS: readonly Room[] = [
  { path: "tests/", mayImport: [""] },
  { path: "shared/", mayImport: ["shared/", "deno.json"] },
  { path: "peer/swarm/", mayImport: ["peer/swarm/", "shared/"] },
  { path: "peer/net/", mayImport: ["peer/net/", "shared/"] },
  { path: "peer/storage/", mayImport: ["peer/storage/", "shared/"] },
  { path: "peer/media/", mayImport: ["peer/media/", "shared/"] },
  { path: "peer/api/", mayImport: ["peer/api/", "peer/media/", "dashboard/", "shared/"] },
  { path: "peer/", mayImport: ["peer/", "dashboard/", "shared/"] },
  { path: "dashboard/client/", mayImport: ["dashboard/client/", "shared/"] },
  { path: "dashboard/", mayImport: ["dashboard/", "shared/"] },
  // The tracker's library is a seeder with the engine of a peer, and foreign metadata are fetched by the peer's own client.
  { path: "tracker/library.ts", mayImport: ["tracker/", "peer/", "dashboard/", "shared/"] },
  { path: "tracker/metadata_fetch.ts", mayImport: ["tracker/", "peer/net/metadata_fetch.ts", "shared/"] },
  { path: "tracker/", mayImport: ["tracker/", "dashboard/", "shared/"] },
];

/** Where decisions are made: synchronous functions of their arguments, so that a simulator can replay them. */
const PURE_ROOMS: readonly string[] = [
  "peer/swarm/",
  "shared/wire/",
  "tracker/swarm",
  "tracker/peer_order.ts",
  "tracker/client_table.ts",
  "tracker/membership_table.ts",
  "tracker/member_",
  "tracker/neighbour_rings.ts",
  "tracker/record_",
  "tracker/announce_record.ts",
  "tracker/address_words.ts",
  "tracker/torrent_aliases.ts",
  "tracker/sip_hash.ts",
  "tracker/udp_responder.ts",
  "tracker/given_peer.ts",
  "tracker/intervals.ts",
];

/** Globals that a pure room does without: runtime, clocks, timers, network. */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  "Deno",
  "Date",
  "performance",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "fetch",
  "crypto",
]);

interface Room {
  readonly path: string;
  readonly mayImport: readonly string[];
}

function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => path.startsWith(room.path));
}

function isPure(path: string): boolean {
  return !isTest(path) && PURE_ROOMS.some((room) => path.startsWith(room));
}

/** Resolves a relative import to a path from the project's root; undefined for packages. */
function importedPath(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function reportWrongImport(context: Deno.lint.RuleContext, node: Deno.lint.Node, specifier: string): void {
  const path = projectPath(context.filename);
  if (path === undefined || isTest(path)) return;
  const target = importedPath(path, specifier);
  const room = roomOf(path);
  if (target === undefined || room === undefined) return;
  if (room.mayImport.some((allowed) => target.startsWith(allowed))) return;
  context.report({
    node,
    message: `Cannot import ${target} in ${room.path}: it may import ${room.mayImport.join(", ")}`,
  });
}

/** A room imports from the rooms below it, and from no other. */
export const importDirections: Deno.lint.Rule = {
  create(context) {
    return {
      ImportDeclaration: (node) => reportWrongImport(context, node, node.source.value),
      ImportExpression(node) {
        if (node.source.type === "Literal" && typeof node.source.value === "string") {
          reportWrongImport(context, node, node.source.value);
        }
      },
    };
  },
};

/** Whoever imports a thing does so from the file that says it. */
export const noBarrels: Deno.lint.Rule = {
  create(context) {
    const message = "Cannot re-export as a barrel: import from the file that says it";
    return {
      ExportAllDeclaration: (node) => context.report({ node, message }),
      ExportNamedDeclaration(node) {
        if (node.source !== null && node.source !== undefined) context.report({ node, message });
      },
    };
  },
};

/** Decisions are synchronous functions of their arguments. */
export const pureRooms: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || !isPure(path)) return {};
    const refuseAsync = (
      node: Deno.lint.FunctionDeclaration | Deno.lint.FunctionExpression | Deno.lint.ArrowFunctionExpression,
    ) => {
      if (node.async) context.report({ node, message: "Cannot be async in a pure room: decisions are synchronous" });
    };
    return {
      FunctionDeclaration: refuseAsync,
      FunctionExpression: refuseAsync,
      ArrowFunctionExpression: refuseAsync,
      AwaitExpression: (node) => context.report({ node, message: "Cannot await in a pure room" }),
      MemberExpression(node) {
        if (node.object.type !== "Identifier") return;
        const isRandom = node.object.name === "Math" && node.property.type === "Identifier" &&
          node.property.name === "random";
        if (isRandom) {
          context.report({ node, message: "Cannot use Math.random in a pure room: randomness is an argument" });
        } else if (IMPURE_GLOBALS.has(node.object.name)) reportImpure(context, node, node.object.name);
      },
      NewExpression(node) {
        if (node.callee.type === "Identifier" && IMPURE_GLOBALS.has(node.callee.name)) {
          reportImpure(context, node, node.callee.name);
        }
      },
      CallExpression(node) {
        if (node.callee.type === "Identifier" && IMPURE_GLOBALS.has(node.callee.name)) {
          reportImpure(context, node, node.callee.name);
        }
      },
    };
  },
};

function reportImpure(context: Deno.lint.RuleContext, node: Deno.lint.Node, name: string): void {
  context.report({ node, message: `Cannot use ${name} in a pure room: time and the outside are arguments` });
}
