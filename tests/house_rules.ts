/** @module placeholder */
export default { name: "house-rules", rules: {} } satisfies Deno.lint.Plugin;
