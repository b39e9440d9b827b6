/**
 * Global style sheets do not reach into native shadow roots. On a real org each component brings its own; here all
 * components of the replica share the page's one sheet.
 */
let shared;

/** Load the page's style sheet once, to be adopted by every native shadow root of ours. */
export async function shareStyles() {
    const link = document.querySelector('link[rel="stylesheet"][href$="app.css"]');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await (await fetch(link.href)).text());
    shared = sheet;
}

/** Let a native shadow root use the shared sheet; nothing happens in synthetic mode. */
export function adoptStyles(root) {
    if (shared && !root.adoptedStyleSheets.includes(shared)) root.adoptedStyleSheets = [shared, ...root.adoptedStyleSheets];
}
