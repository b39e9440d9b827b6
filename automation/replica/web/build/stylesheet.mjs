import fs from 'node:fs';
import path from 'node:path';
import postcss from 'postcss';

const SLDS = 'node_modules/@salesforce-ux/design-system/assets/styles/salesforce-lightning-design-system.min.css';
const CLASS = /\.(-?[_a-zA-Z][\w-]*)/g;

// Class names that the library puts together at run time and that no source text spells out.
const COMPOSED = /^slds-(size_|(small|medium|large|max-small|max-medium|max-large)-size_|icon-utility|theme_|button_|badge|popover|nubbin|has-|is-|input-has|form-element|spinner|th__|cell-)/;

function classesOf(selector) {
    return [...selector.matchAll(CLASS)].map((match) => match[1]);
}

function purge(css, code) {
    const known = new Set(code.match(/[_a-zA-Z][\w-]*/g));
    const used = (name) => known.has(name) || COMPOSED.test(name);
    const root = postcss.parse(css);
    root.walkComments((comment) => comment.remove());
    root.walkRules((rule) => {
        if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return;
        const kept = rule.selectors.filter((selector) => classesOf(selector).every(used));
        if (kept.length === 0) rule.remove();
        else if (kept.length < rule.selectors.length) rule.selectors = kept;
    });
    root.walkAtRules((at) => {
        if (at.nodes && at.nodes.length === 0) at.remove();
        if (at.name === 'font-face') at.remove();
    });
    return root.toString();
}

function compact(css) {
    const root = postcss.parse(css);
    root.walkComments((comment) => comment.remove());
    return root.toString().replace(/\s*\n\s*/g, '');
}

/** The Lightning Design System's rules that `code` can use, followed by the replica's own; one style sheet as text. */
export function stylesheet(web, code) {
    const own = fs.readdirSync(path.join(web, 'src/styles')).sort()
        .map((name) => fs.readFileSync(path.join(web, 'src/styles', name), 'utf8'));
    const licence = '/*! Lightning Design System 2.264.1, BSD-3-Clause, Copyright (c) 2015-present salesforce.com, inc. See NOTICE. */\n';
    return `${licence}${purge(fs.readFileSync(path.join(web, SLDS), 'utf8'), code)}\n${compact(own.join('\n'))}\n`;
}
