import { LightningElement } from 'lwc';
import { config } from 'setup/config';
import { adoptStyles } from 'setup/nativeStyles';

/** Base of all parts of the replica's pages: labels, knobs, queries. */
export default class SetupElement extends LightningElement {
    connectedCallback() {
        adoptStyles(this.template);
    }

    get text() {
        return config.text;
    }

    get knobs() {
        return config.knobs;
    }

    all(selector) {
        return [...this.template.querySelectorAll(selector)];
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}
