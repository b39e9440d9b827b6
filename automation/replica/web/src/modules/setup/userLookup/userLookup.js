import { api } from 'lwc';
import SetupElement from 'setup/element';
import { call } from 'setup/api';

/**
 * guess: Run As as a lookup with suggestions (variant run_as_widget=lookup); the screenshot shows a plain text box.
 * Same face as setup-field: path, value, reportValidity, showError; fires `fieldchange`.
 */
export default class UserLookup extends SetupElement {
    @api path;
    @api label;
    typed;
    given = '';
    items = [];
    problem = '';

    @api get value() {
        return this.given;
    }

    set value(value) {
        this.given = value ?? '';
        if (this.typed === undefined) this.typed = this.given;
    }

    get classes() {
        return `slds-form-element${this.problem ? ' slds-has-error' : ''}`;
    }

    get comboboxClasses() {
        return `slds-combobox slds-dropdown-trigger slds-dropdown-trigger_click${this.isOpen ? ' slds-is-open' : ''}`;
    }

    get isOpen() {
        return this.items.length > 0;
    }

    get expanded() {
        return String(this.isOpen);
    }

    async handleInput(event) {
        this.typed = event.target.value;
        this.problem = '';
        this.announce(this.typed);
        const term = this.typed;
        const found = term ? await call('findUsers', { query: term }).catch(() => ({ users: [] })) : { users: [] };
        if (term === this.typed) this.items = found.users.map((user) => ({ ...user, key: user.username }));
    }

    handlePick(event) {
        this.typed = event.currentTarget.dataset.username;
        this.items = [];
        this.announce(this.typed);
    }

    handleBlur() {
        this.items = [];
    }

    // Keeps the focus in the box, so that its blur does not close the list before the click arrives.
    handlePress(event) {
        event.preventDefault();
    }

    announce(value) {
        this.dispatchEvent(new CustomEvent('fieldchange', { detail: { path: this.path, value }, bubbles: true, composed: true }));
    }

    @api reportValidity() {
        this.problem = this.typed ? '' : this.text.error.complete;
        return !this.problem;
    }

    @api showError(text) {
        this.problem = text;
    }
}
