// The banner and the outline of a headed run. Runs in every page before its own scripts; see banner.py.
// Everything is in closed shadow roots beside <body>, set by properties: no markup is parsed and no style element is
// needed, so that the page's content security policy and trusted types have nothing to refuse.
(() => {
  if (window.top !== window || window.runbookBanner) return;
  const FONT = "13px/1.4 system-ui, sans-serif";
  const host = (name) => {
    const element = document.createElement(name);
    element.setAttribute("aria-hidden", "true");
    element.setAttribute("inert", "");
    Object.assign(element.style, { position: "fixed", zIndex: "2147483647", pointerEvents: "none", display: "block" });
    return element;
  };
  const inner = (element) => {
    const box = document.createElement("div");
    element.attachShadow({ mode: "closed" }).append(box);
    return box;
  };
  let banner, text, outline, frame, until = 0, target = null;
  const show = (state) => {
    if (!document.documentElement) return;
    if (!banner) {
      banner = host("runbook-banner");
      Object.assign(banner.style, { right: "12px", bottom: "12px", maxWidth: "26rem" });
      text = inner(banner);
      Object.assign(text.style, {
        font: FONT, color: "#fff", background: "rgba(20, 24, 31, .88)", borderRadius: "8px", padding: "8px 12px",
        borderLeft: "5px solid #4da3ff", boxShadow: "0 2px 10px rgba(0, 0, 0, .35)", whiteSpace: "pre-line",
      });
    }
    if (!banner.isConnected) document.documentElement.append(banner);
    text.textContent = state.text;
    text.style.borderLeftColor = state.colour;
    banner.dataset.state = state.kind;
  };
  const follow = () => {
    if (!target || !target.isConnected || performance.now() > until) {
      outline.style.display = "none";
      target = null;
      return;
    }
    const at = target.getBoundingClientRect();
    Object.assign(outline.style, {
      display: "block", left: `${at.left - 4}px`, top: `${at.top - 4}px`, width: `${at.width + 8}px`, height: `${at.height + 8}px`,
    });
    requestAnimationFrame(follow);
  };
  const point = (element) => {
    if (!outline) {
      outline = host("runbook-outline");
      frame = inner(outline);
      Object.assign(frame.style, { width: "100%", height: "100%", boxSizing: "border-box", border: "3px solid #ff7a00", borderRadius: "6px" });
    }
    if (!outline.isConnected) document.documentElement.append(outline);
    const begin = !target;
    target = element;
    until = performance.now() + 1500;
    if (begin) follow();
  };
  Object.defineProperty(window, "runbookBanner", { value: { show, point }, enumerable: false });
  for (const kind of ["input", "change", "click", "keydown"]) {
    addEventListener(kind, (event) => { if (event.isTrusted) window.runbookPersonActed?.(); }, { capture: true, passive: true });
  }
  const ask = () => window.runbookState?.().then((state) => state && show(state), () => {});
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", ask, { once: true });
  else ask();
})();
