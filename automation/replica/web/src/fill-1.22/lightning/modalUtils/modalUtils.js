// Missing from lightning-base-components 1.22.3; its modal imports it.
export function modalFocusinEventHandler() {}
