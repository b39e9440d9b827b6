import { api } from 'lwc';
import SetupElement from 'setup/element';
import { call } from 'setup/api';
import { label } from 'setup/config';

/** guess: key and secret on a Lightning page (variant consumer_page=lightning); the screenshot shows a classic one. */
export default class ConsumerPage extends SetupElement {
    @api appId;
    details = null;
    error = '';

    connectedCallback() {
        super.connectedCallback();
        this.load();
    }

    get rows() {
        return [
            { name: 'key', label: label('consumer.key'), value: this.details.key },
            { name: 'secret', label: label('consumer.secret'), value: this.details.secret },
        ];
    }

    async load() {
        try {
            this.details = await call('consumerDetails', { id: this.appId });
        } catch (failure) {
            this.error = failure.message;
        }
    }

    handleCopy(event) {
        const { value } = this.rows.find((row) => row.name === event.target.dataset.name);
        navigator.clipboard?.writeText(value);
    }
}
