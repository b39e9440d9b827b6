// A release gate that answers no; see build/rollup_options.mjs.
export default { isOpen: () => false };
