import { api } from 'lwc';
import SetupElement from 'setup/element';

const ROW = 31;
const SHOWN = 30;
const HEADER = 34;

/** A table that draws only the rows in sight. guess: variant list_paging=virtual. Fires `rowaction`. */
export default class WindowTable extends SetupElement {
    @api columns;
    @api rows = [];
    @api total = 0;
    first = 0;

    get shown() {
        return this.rows.slice(this.first, this.first + SHOWN);
    }

    // The table fills its box, so the box has to be as high as the rows drawn.
    get drawn() {
        return `height:${this.shown.length * ROW + HEADER}px`;
    }

    get above() {
        return `height:${this.first * ROW}px`;
    }

    get below() {
        return `height:${Math.max(0, this.total - this.first - SHOWN) * ROW}px`;
    }

    handleScroll(event) {
        const first = Math.max(0, Math.min(Math.floor(event.target.scrollTop / ROW) - 5, this.total - SHOWN));
        const end = first === 0 || first === this.total - SHOWN;
        if (Math.abs(first - this.first) >= 5 || end) this.first = first;
    }

    handleRowAction(event) {
        this.tell('rowaction', event.detail);
    }
}
