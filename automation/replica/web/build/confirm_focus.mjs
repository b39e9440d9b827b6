import fs from 'node:fs';

// In an org the heading of a LightningConfirm has the focus (screenshot of June 2026), as it has from 1.28 on; 1.22 focuses the
// box around it.
const CHANGES = {
    'interactiveDialogBase.html': ['data-modal-heading', 'tabindex="-1" data-modal-heading'],
    'interactiveDialogBase.js': ['this.modalWrapper.focus()', "(this.template.querySelector('[data-modal-heading]') ?? this.modalWrapper).focus()"],
};

/** A plugin that focuses the heading of a confirmation in release 1.22 of the base components too. */
export function confirmFocus(cell) {
    return {
        name: 'replica-confirm-focus',
        enforce: 'pre',
        load(id) {
            const [, name] = /\/lightning\/interactiveDialogBase\/([^/?]+)$/.exec(id) ?? [];
            if (cell.library !== 'lbc-1.22' || !CHANGES[name]) return null;
            const [before, after] = CHANGES[name];
            const text = fs.readFileSync(id, 'utf8');
            if (!text.includes(before)) throw new Error(`${name} has no ${before}`);
            return text.replace(before, after);
        },
    };
}
