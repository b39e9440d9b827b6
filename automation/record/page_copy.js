// A static copy of the page as HTML: shadow roots as declarative ones, the state of controls as attributes, and of the
// styles only what decides about visibility and about the text that is read. Closed shadow roots can't be seen.
({ blank }) => {
  const DROPPED = new Set(['SCRIPT', 'NOSCRIPT', 'LINK', 'META', 'BASE', 'STYLE', 'TEMPLATE', 'IFRAME', 'FRAME', 'OBJECT', 'EMBED',
    'TITLE', 'RUNBOOK-BANNER', 'RUNBOOK-OUTLINE']);
  const VOID = new Set(['AREA', 'BR', 'COL', 'HR', 'IMG', 'INPUT', 'WBR', 'TRACK', 'SOURCE']);
  const BLOCK = new Set(('ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY DD DIALOG DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 ' +
    'H5 H6 HEADER HR HTML LEGEND MAIN NAV OL P PRE SEARCH SECTION UL').split(' '));
  const OWN_DISPLAY = /^(TABLE|TBODY|THEAD|TFOOT|TR|TD|TH|CAPTION|COL|COLGROUP|LI|OPTION|OPTGROUP|SLOT|SVG|DETAILS|SUMMARY)$/;
  const INLINE_BLOCK = new Set(['INPUT', 'BUTTON', 'SELECT', 'TEXTAREA', 'METER', 'PROGRESS']);
  const LEFT_OUT = /^(on.*|src|srcset|style|nonce|integrity|action|formaction|ping|background|data-.*|lwc-.*|aura-.*|content)$/;
  const SIMPLE = { flex: 'block', grid: 'block', 'inline-flex': 'inline-block', 'inline-grid': 'inline-block', 'flow-root': 'block' };
  const SHOWN = /^(value|title|alt|placeholder|aria-label|aria-description|aria-valuetext)$/;
  const words = new Set();

  const escaped = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
  // What may be a key, a token, a code, or the seed of an authenticator app, also in groups of four.
  const SECRET = /(?=[^\s"'<>]*\d)[\w.!+\/=%-]{16,}|\b\d{5,8}\b|\b[A-Z2-7]{16,}\b|\b(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{4}\b/g;
  const noted = text => {
    if (blank) for (const word of text.match(SECRET) || []) words.add(word);
    return text;
  };
  const address = href => (/^\s*javascript:/i.test(href) ? '#' : blank ? href.replace(/([?&][^=&#]*)=(?!true\b)[^&#]*/g, '$1=') : href.split(/[?#]/)[0]);

  const display = (element, style) => {
    const tag = element.tagName.toUpperCase();
    if (style.display === 'none') return 'none';
    if (OWN_DISPLAY.test(tag)) return '';
    const shown = SIMPLE[style.display] || style.display;
    const usual = BLOCK.has(tag) ? 'block' : INLINE_BLOCK.has(tag) ? 'inline-block' : 'inline';
    return shown === usual || !/^(block|inline|inline-block|contents)$/.test(shown) ? '' : shown;
  };

  const styles = (element, style, around) => {
    const found = [];
    const shown = display(element, style);
    if (shown) found.push(`display:${shown}`);
    const visible = style.visibility === 'visible';
    if (visible !== around.visible) found.push(`visibility:${visible ? 'visible' : 'hidden'}`);
    if (style.textTransform !== around.transform) found.push(`text-transform:${style.textTransform}`);
    const box = element.getBoundingClientRect();
    const leaf = !element.firstElementChild && !element.shadowRoot;
    if (leaf && shown !== 'none' && !/^(OPTION|BR|SLOT|COL)$/i.test(element.tagName)) {
      const empty = !box.width || !box.height;
      const bare = !element.textContent.trim() && !INLINE_BLOCK.has(element.tagName);
      if (empty) found.push('display:block;width:0;height:0;padding:0;border:0;overflow:hidden');
      else if (bare) found.push('display:inline-block;min-width:8px;min-height:8px');
    }
    return found.join(';');
  };

  const attributes = (element, style, around) => {
    const kept = {};
    for (const { name, value } of element.attributes) {
      if (LEFT_OUT.test(name)) continue;
      kept[name] = name === 'href' ? address(value) : SHOWN.test(name) ? noted(value) : value;
    }
    state(element, kept);
    const css = styles(element, style, around);
    if (css) kept.style = css;
    const mark = getComputedStyle(element, '::before').content.match(/^"(.*\S.*)"$/);
    if (mark && /[\x20-\x7e]/.test(mark[1])) kept['data-before'] = mark[1];
    return Object.entries(kept).map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`)).join('');
  };

  const state = (element, kept) => {
    const set = (name, on) => { if (on) kept[name] = ''; else delete kept[name]; };
    const tag = element.tagName;
    if (tag === 'INPUT' && /^(checkbox|radio)$/.test(element.type)) {
      set('checked', element.checked);
    } else if (tag === 'INPUT') {
      delete kept.value;
      const button = /^(submit|button|reset)$/.test(element.type);
      if (element.value && element.type !== 'password' && (button || !blank)) kept.value = element.value;
    } else if (tag === 'OPTION') {
      set('selected', element.selected);
    }
    if ('disabled' in element && element.matches('button,input,select,textarea,fieldset,option')) set('disabled', element.disabled);
  };

  const children = (nodes, around) => [...nodes].map(node => copied(node, around)).join('');

  const copied = (node, around) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(noted(node.data.replace(/\s+/g, ' ')));
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.tagName)) return '';
    const style = getComputedStyle(node);
    const open = attributes(node, style, around);
    if (node.tagName.toLowerCase() === 'svg') {
      const title = node.querySelector('title');
      return `<svg width="16" height="16"${open}>${title ? `<title>${escaped(title.textContent)}</title>` : ''}</svg>`;
    }
    const name = node.tagName === 'P' ? 'div' : node.tagName.toLowerCase();  // a script may have put blocks into a paragraph
    if (VOID.has(node.tagName)) return `<${name}${open}>`;
    const inside = { visible: style.visibility === 'visible', transform: style.textTransform };
    if (node.tagName === 'TEXTAREA') return `<textarea${open}>\n${blank ? '' : escaped(node.value)}</textarea>`;
    const shadow = node.shadowRoot ? `<template shadowrootmode="open">${MARKS}${children(node.shadowRoot.childNodes, inside)}</template>` : '';
    return `<${name}${open}>${shadow}${children(node.childNodes, inside)}</${name}>`;
  };

  const MARKS = '<style>[data-before]::before{content:attr(data-before)}</style>';
  const root = { visible: true, transform: 'none' };
  const language = document.documentElement.lang;
  const body = copied(document.body, root);
  const title = noted(document.title);
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title>${MARKS}`;
  return { html: `<!DOCTYPE html><html lang="${escaped(language)}"><head>${head}</head>${body}</html>`, title, words: [...words] };
}
