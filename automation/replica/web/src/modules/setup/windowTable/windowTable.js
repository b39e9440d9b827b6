import { api } from 'lwc';
import SetupElement from 'setup/element';

const ROW = 31;
const SHOWN = 30;

/** A table that draws only the rows in sight. guess: variant list_paging=virtual. Fires `loadmore` and `rowaction`. */
export default class WindowTable extends SetupElement {
    @api columns;
    @api rows = [];
    @api total = 0;
    first = 0;

    get shown() {
        return this.rows.slice(this.first, this.first + SHOWN);
    }

    get above() {
        return `height:${this.first * ROW}px`;
    }

    get below() {
        return `height:${Math.max(0, this.total - this.first - SHOWN) * ROW}px`;
    }

    handleScroll(event) {
        const first = Math.max(0, Math.floor(event.target.scrollTop / ROW) - 5);
        if (Math.abs(first - this.first) >= 5 || first === 0) this.first = Math.min(first, Math.max(0, this.rows.length - 1));
        if (this.first + SHOWN >= this.rows.length) this.tell('loadmore');
    }

    handleRowAction(event) {
        this.tell('rowaction', event.detail);
    }
}
