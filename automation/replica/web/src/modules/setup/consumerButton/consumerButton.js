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
    url;
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
            this.url = (await call('consumerDetailsUrl', { id: this.appId })).url;
        } catch (failure) {
            this.error = failure.message;
        }
    }

    async handleClick() {
        this.error = '';
        await this.prepare();
        if (!this.url) return;
        if (this.knobs.reveal === 'same_tab') window.location.assign(this.url);
        else if (this.knobs.popup_blocked) this.error = label('error.popupBlocked');
        else window.open(this.url, '_blank');
    }
}
