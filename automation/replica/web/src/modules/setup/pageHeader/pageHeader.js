import { api } from 'lwc';
import SetupElement from 'setup/element';

/** The grey page header: gear tile, eyebrow, title, buttons at the right, optional facts below. */
export default class PageHeader extends SetupElement {
    @api eyebrow;
    @api label;
    @api facts = false;

    get classes() {
        return this.facts ? 'eca-header eca-header_facts' : 'eca-header';
    }

    get eyebrowClass() {
        return this.facts ? 'eca-header__eyebrow' : 'eca-header__eyebrow eca-header__eyebrow_link';
    }
}
