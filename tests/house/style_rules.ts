/**
 * The rules of every file: it says what it is, is named after what it holds and is small, its functions are short and take
 * few arguments, it proves its types and swallows no error, and its tests wait for events instead of sleeping.
 *
 * @module
 */
import { isTest, projectPath } from "./project_path.ts";

/** Names that say nothing about what a file holds. */
const EMPTY_NAMES: ReadonlySet<string> = new Set([
  "utils",
  "util",
  "helpers",
  "types",
  "common",
  "misc",
  "index",
  "mod",
]);

/** Past this many lines a file says in its module sentence why it stays one room ("One room because …"). */
const LONG_FILE_LINES = 400;

/** A function that is longer does two things. */
const LONG_FUNCTION_LINES = 70;

/** A component's markup is one tree, which reads well in one go for a little longer. */
const LONG_COMPONENT_LINES = 100;

/** Two positional arguments and an object of options: more cannot be told apart where they are called. */
const MAX_PARAMETERS = 3;

/** A closed union of literals does what an enum does, without code. */
export const noEnums: Deno.lint.Rule = {
  create(context) {
    return {
      TSEnumDeclaration: (node) =>
        context.report({ node, message: "Cannot use an enum: write a closed union of literals" }),
    };
  },
};

/** What is claimed of a type is proven in a function, not written. */
export const noUnprovenCasts: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || isTest(path)) return {};
    return {
      TSAsExpression(node) {
        const isConst = /\bas const$/.test(context.sourceCode.getText(node));
        if (!isConst) {
          context.report({
            node,
            message: "Cannot cast: prove the type, or brand it in the one function that proves it",
          });
        }
      },
    };
  },
};

/** A file has a name that says something, a first sentence, and one idea. */
export const fileShape: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined) return {};
    return {
      Program(node) {
        const name = path.slice(path.lastIndexOf("/") + 1);
        const stem = name.replace(/\.d\.ts$|\.tsx?$/, "");
        if (!/^[a-z0-9_]+$/.test(stem)) context.report({ node, message: `Cannot name a file ${name}: use snake_case` });
        if (EMPTY_NAMES.has(stem)) {
          context.report({ node, message: `Cannot name a file ${name}: name it after what it holds` });
        }
        if (isTest(path)) return;
        const text = context.sourceCode.text;
        const intro = text.slice(0, text.indexOf("*/"));
        if (!text.startsWith("/**") || !intro.includes("@module")) {
          context.report({ node, message: "Cannot start without a module sentence: /** What it is. @module */" });
        }
        const lineCount = text.split("\n").length;
        if (lineCount > LONG_FILE_LINES && !intro.includes("One room because")) {
          context.report({ node, message: `Cannot be ${lineCount} lines long: look for the second room` });
        }
      },
    };
  },
};

type AnyFunction = Deno.lint.FunctionDeclaration | Deno.lint.FunctionExpression | Deno.lint.ArrowFunctionExpression;

/** Functions are short, and those of the product take few arguments. */
export const functionShape: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined) return {};
    const check = (node: AnyFunction) => {
      const lineCount = context.sourceCode.getText(node).split("\n").length;
      if (lineCount > (path.endsWith(".tsx") ? LONG_COMPONENT_LINES : LONG_FUNCTION_LINES)) {
        context.report({ node, message: `Cannot be ${lineCount} lines long: look for the second function` });
      }
      if (node.params.length > MAX_PARAMETERS && !isTest(path)) {
        const message = `Cannot take ${node.params.length} arguments: two, then an object of options`;
        context.report({ node, message });
      }
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
};

/** Every catch names what it expects, so it has to look at what it caught. */
export const noSwallowedErrors: Deno.lint.Rule = {
  create(context) {
    const message = "Cannot swallow an error: name what is expected, and throw anything else";
    return {
      CatchClause(node) {
        if (node.param === null || node.body.body.length === 0) context.report({ node, message });
      },
      CallExpression(node) {
        const { callee, arguments: [handler] } = node;
        const isCatch = callee.type === "MemberExpression" && callee.property.type === "Identifier" &&
          callee.property.name === "catch";
        const isDeaf = handler?.type === "ArrowFunctionExpression" && handler.params.length === 0;
        if (isCatch && isDeaf) context.report({ node, message });
      },
    };
  },
};

/** Codecs read and write numbers through a `DataView`, which knows their order of bytes. */
export const noByteShifts: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || isTest(path) || !path.startsWith("shared/wire/")) return {};
    return {
      BinaryExpression(node) {
        // `>>> 0` only makes a number unsigned.
        const isUnsigning = node.operator === ">>>" && node.right.type === "Literal" && node.right.value === 0;
        if (!isUnsigning && ["<<", ">>", ">>>"].includes(node.operator)) {
          context.report({ node, message: "Cannot shift bytes: read and write numbers through a DataView" });
        }
      },
    };
  },
};

/** A test that sleeps is slow where the machine is fast, and fails where it is slow. */
export const noSleepingTests: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || !/_test\.tsx?$/.test(path)) return {};
    return {
      CallExpression(node) {
        const { callee, arguments: [wake, delay] } = node;
        const isTimer = callee.type === "Identifier" && callee.name === "setTimeout";
        // Without a delay it lets everything else have its turn; one that does not just go on is a limit, not a sleep.
        const isTurn = delay === undefined || (delay.type === "Literal" && delay.value === 0);
        if (isTimer && !isTurn && wake?.type === "Identifier") {
          context.report({ node, message: "Cannot sleep in a test: wait for the event" });
        }
      },
    };
  },
};
