import SetupElement from 'setup/element';
import { config, label } from 'setup/config';
import { listenForUiHints } from 'setup/api';
import { listen, route } from 'setup/router';
import { forceToast } from 'setup/toasts';

/** The Setup shell: headers, tree, and the page that the address names. evidence: setup-ui section 1, screenshots. */
export default class App extends SetupElement {
    at = route();
    // A new key makes the page's elements anew: for another app, and for the fault `rerender`.
    generation = 0;
    cover = '';
    spinning = false;
    /** What lies over the page, by variant, and what was closed. */
    open = {};
    closed = [];

    connectedCallback() {
        super.connectedCallback();
        listen((at) => this.show(at));
        listenForUiHints((hint) => this.handleHint(hint));
        this.reach({ list: 'new', detail: 'edit' }[this.at.page]);
    }

    // The variants agentforce_panel and in_app_prompt name the button over which they come up; they stay until closed.
    reach(stage) {
        for (const name of ['agentforce_panel', 'in_app_prompt']) {
            if (this.knobs[name] === stage && !this.closed.includes(name)) this.open = { ...this.open, [name]: true };
        }
    }

    handleEditing() {
        this.reach('save');
    }

    handleClose(event) {
        this.closed = [...this.closed, event.detail];
        this.open = { ...this.open, [event.detail]: false };
    }

    get views() {
        const { page } = this.at;
        const view = {
            key: `${page} ${this.at.id ?? ''} ${this.generation}`,
            manager: page === 'list' || page === 'create',
            creating: page === 'create',
            detail: page === 'detail',
            home: page === 'home',
            consumer: page === 'consumer',
            other: page === 'other',
            tab: this.at.tab ?? 'policies',
            edit: Boolean(this.at.edit),
            id: this.at.id,
            name: this.at.name,
        };
        return [view];
    }

    get banner() {
        return this.knobs.trial_banner;
    }

    get quick() {
        return this.knobs.quick_settings;
    }

    show(at) {
        this.at = at;
        this.reach({ list: 'new', detail: 'edit' }[at.page]);
        const title = at.page === 'home' ? label('shell.setupHome') : label('manager.title');
        document.title = `${title} | Salesforce`;
        this.template.querySelector('.eca-main').scrollTop = 0;
    }

    renderedCallback() {
        if (!document.title) this.show(this.at);
    }

    // Faults that only a page can show; see automation/replica/variants.py.
    async handleHint(hint) {
        if (hint.toast) setTimeout(() => forceToast(hint.toast.variant, hint.toast.message));
        if (hint.cover) this.coverFor(hint.cover);
        if (hint.rerender) requestAnimationFrame(() => (this.generation += 1));
        if (hint.spinner === 'forever') {
            this.spinning = true;
            await new Promise(() => {});
        }
    }

    coverFor(seconds) {
        this.cover = label('toast.covering');
        setTimeout(() => (this.cover = ''), seconds * 1000);
    }

    get user() {
        return config.user;
    }
}
