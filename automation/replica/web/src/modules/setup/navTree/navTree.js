import SetupElement from 'setup/element';
import { groups } from 'setup/navData';
import { go, listen } from 'setup/router';

/** Quick Find and the Setup tree. A query filters to the leaves that match and their way. */
export default class NavTree extends SetupElement {
    query = '';
    path = window.location.pathname;
    open = new Set(this.knobs.tree === 'expanded' ? ['apps', 'externalClientApps'] : []);

    connectedCallback() {
        super.connectedCallback();
        listen(() => (this.path = window.location.pathname));
    }

    get groups() {
        return groups()
            .map((group) => ({ ...group, rows: this.rowsOf(group.entries, 1) }))
            .filter((group) => group.rows.length > 0);
    }

    get findsNothing() {
        return this.groups.length === 0;
    }

    matches(entry) {
        return entry.label.toLowerCase().includes(this.query.toLowerCase());
    }

    rowsOf(entries, level) {
        return entries.flatMap((entry) => {
            const below = entry.children ? this.rowsOf(entry.children, level + 1) : [];
            const opened = this.query !== '' || this.open.has(entry.key);
            if (this.query && !this.matches(entry) && below.length === 0) return [];
            return [this.row(entry, level, opened), ...(opened ? below : [])];
        });
    }

    row(entry, level, opened) {
        const isBranch = entry.children !== undefined;
        const current = entry.path !== undefined && this.isCurrent(entry.path);
        return {
            ...entry,
            isBranch,
            level,
            expanded: isBranch ? String(opened) : undefined,
            current: current ? 'page' : undefined,
            icon: opened ? 'utility:chevrondown' : 'utility:chevronright',
            classes: `onesetupNavTreeNode eca-node eca-node_${level}${isBranch ? '' : ' leaf'}${current ? ' eca-node_current' : ''}`,
        };
    }

    isCurrent(path) {
        const area = (text) => text.split('/')[3];
        return area(path) === area(this.path);
    }

    handleQuery(event) {
        this.query = event.target.value.trim();
    }

    handleToggle(event) {
        const { key } = event.currentTarget.dataset;
        const open = new Set(this.open);
        if (!open.delete(key)) open.add(key);
        this.open = open;
    }

    handleGo(event) {
        event.preventDefault();
        go(event.currentTarget.getAttribute('href'));
    }
}
