import SetupElement from 'setup/element';
import { call } from 'setup/api';
import { label } from 'setup/config';
import { go, paths } from 'setup/router';
import { columns, toRow } from 'setup/appRows';

const PAGE = 50;

/** The list of apps. evidence: setup-ui section 2; guess: paging with many apps (variant list_paging). */
export default class AppList extends SetupElement {
    columns = columns();
    rows = [];
    total = 0;
    first = 0;
    loading = true;
    error = '';

    connectedCallback() {
        super.connectedCallback();
        this.load();
    }

    get pageSize() {
        return this.knobs.list_paging === 'all' ? 2000 : PAGE;
    }

    get status() {
        return label('list.statusLine', this.total);
    }

    get isEmpty() {
        return !this.loading && !this.error && this.total === 0;
    }

    get hasRows() {
        return this.total > 0;
    }

    get isInfinite() {
        return this.knobs.list_paging === 'infinite' && this.rows.length < this.total;
    }

    get isPaged() {
        return this.knobs.list_paging === 'pages' && this.total > PAGE;
    }

    get isFirstPage() {
        return this.loading || this.first === 0;
    }

    get isLastPage() {
        return this.loading || this.first + PAGE >= this.total;
    }

    get hasMore() {
        return this.knobs.list_paging === 'more' && this.rows.length < this.total;
    }

    get isVirtual() {
        return this.knobs.list_paging === 'virtual';
    }

    get isPlain() {
        return this.hasRows && !this.isVirtual;
    }

    get isWindowed() {
        return this.hasRows && this.isVirtual;
    }

    async load(first = this.rows.length) {
        this.loading = true;
        try {
            const page = await call('listApps', { offset: first, limit: this.pageSize });
            this.total = page.total;
            this.rows = [...(this.isPaged ? [] : this.rows), ...page.apps.map(toRow)];
            this.first = first;
        } catch (failure) {
            this.error = failure.message;
        } finally {
            this.loading = false;
        }
        // A virtual table has all rows; only what is drawn is limited.
        if (this.isVirtual && !this.error && this.rows.length < this.total) await this.load();
    }

    async handleLoadMore() {
        if (!this.loading && this.rows.length < this.total) await this.load();
    }

    handlePrevious() {
        this.load(this.first - PAGE);
    }

    handleNext() {
        this.load(this.first + PAGE);
    }

    handleRowAction(event) {
        const { action, row } = event.detail;
        go(paths.detail(row.id), { tab: action.name, edit: true });
    }

    handleOpen(event) {
        const link = event.composedPath().find((node) => node.tagName === 'A' && node.pathname.startsWith('/lightning/'));
        if (!link || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        go(link.pathname);
    }
}
