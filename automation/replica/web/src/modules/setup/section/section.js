import { api } from 'lwc';
import SetupElement from 'setup/element';

/**
 * A collapsible section: chevron, title, content.
 * guess: `h3 > button[aria-expanded]`, as Salesforce's own page objects have for Setup's custom sections; nobody
 * published this page's DOM. A closed section's content stays in the page, hidden.
 */
export default class Section extends SetupElement {
    @api label;
    /** How the section starts, unless the variant `sections` says open or collapsed for all. */
    @api open = false;
    opened = false;

    connectedCallback() {
        super.connectedCallback();
        this.opened = { open: true, collapsed: false }[this.knobs.sections] ?? this.open;
    }

    @api expand() {
        this.opened = true;
    }

    get expanded() {
        return String(this.opened);
    }

    get classes() {
        return `slds-section eca-section${this.opened ? ' slds-is-open' : ''}`;
    }

    get chevron() {
        return this.opened ? 'utility:chevrondown' : 'utility:chevronright';
    }

    handleToggle() {
        this.opened = !this.opened;
    }
}
