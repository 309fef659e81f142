/**
 * Lets go of virtual nodes that newer ones have taken the place of.
 *
 * Preact keeps the first virtual node of a component in the `children` of whoever it was given to. Where a component
 * below is passed over because nothing changed for it, the old node and the new one share their children, which point
 * to the newer parent: so the first node holds the second, that the third, and every page that was ever shown stays in
 * memory with its elements (preactjs/preact#4909). Here the old node loses its children as soon as the new one has them.
 *
 * @module
 */
import { options, type VNode } from "preact";

/** What Preact keeps in a node, by the names in its published builds: its component, and the nodes below. */
interface KeptNode extends VNode {
  readonly __c?: object | null;
  __k?: readonly unknown[] | null;
}

/** Does so from now on. Called once by each page, before it renders. */
export function releaseSupersededNodes(): void {
  const latest = new WeakMap<object, KeptNode>();
  const diffed = options.diffed;
  options.diffed = (node: KeptNode) => {
    diffed?.(node);
    const component = node.__c;
    if (component === undefined || component === null) return;
    const before = latest.get(component);
    latest.set(component, node);
    if (before !== undefined && before !== node) before.__k = [];
  };
}
