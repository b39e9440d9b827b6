import SetupElement from 'setup/element';
import { go, paths } from 'setup/router';

/** The `Quick Settings` panel of some editions, over the page. evidence: its two texts; guess: everything else. */
export default class QuickSettings extends SetupElement {
    shown = true;

    handleClose() {
        this.shown = false;
    }

    handleAdvanced() {
        this.shown = false;
        go(paths.home);
    }
}
