import { api } from 'lwc';
import SetupElement from 'setup/element';
import { call } from 'setup/api';
import { label } from 'setup/config';

/**
 * `Consumer Key and Secret` with its external-link icon.
 * evidence: button and icon (setup-ui 6.1). guess: how the new page opens (variant reveal).
 */
export default class ConsumerButton extends SetupElement {
    @api appId;
    target = null;
    error = '';

    connectedCallback() {
        super.connectedCallback();
        if (this.isLink) this.prepare();
    }

    get isLink() {
        return this.knobs.reveal === 'link';
    }

    async prepare() {
        try {
            this.target = await call('consumerDetailsUrl', { id: this.appId });
        } catch (failure) {
            this.error = failure.message;
        }
    }

    get url() {
        return this.target?.url;
    }

    // Faults: a browser that blocks the new tab (knob popup_blocked, or the answer says so).
    get blocked() {
        return this.knobs.popup_blocked || this.target.popupBlocked;
    }

    async handleClick() {
        this.error = '';
        this.target = null;
        await this.prepare();
        if (this.target) this.open();
    }

    open() {
        if (this.knobs.reveal === 'same_tab') window.location.assign(this.url);
        else if (this.blocked) this.error = label('error.popupBlocked');
        else window.open(this.url, '_blank');
    }

    handleLink(event) {
        if (!this.target || !this.blocked) return;
        event.preventDefault();
        this.error = label('error.popupBlocked');
    }
}
