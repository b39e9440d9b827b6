import SetupElement from 'setup/element';
import { call } from 'setup/api';
import { label, lookIsAtLeast } from 'setup/config';
import { confirmDiscard } from 'setup/dialogs';
import { apiNameFor, emptyApp, withValue } from 'setup/draft';
import { goCreated } from 'setup/router';
import { forceToast, toast } from 'setup/toasts';

/** The create form. evidence: setup-ui section 3. */
export default class CreateForm extends SetupElement {
    app = emptyApp();
    error = '';
    errorTitle = '';
    bareError = '';
    saving = false;
    changed = false;
    // guess: once typed into, the API name no longer follows the name (setup-ui 15, question 12).
    apiNameTouched = false;

    get oauthOn() {
        return this.app.oauth.enabled;
    }

    get otherSections() {
        const beta = lookIsAtLeast('winter26') ? '' : ' (Beta)';
        const canvas = lookIsAtLeast('summer26') ? [label('section.canvas')] : [];
        const rest = ['section.mobile', 'section.push', 'section.notification'].map((key) => label(key) + beta);
        return [label('section.webApp'), ...canvas, ...rest];
    }

    handleChange(event) {
        const { path, value } = event.detail;
        this.changed = true;
        if (path === 'developerName') this.apiNameTouched = true;
        this.app = withValue(this.app, path, value);
        if (path === 'label' && this.knobs.api_name_follows === 'input') this.followName();
    }

    handleBlur(event) {
        if (event.detail.path === 'label' && this.knobs.api_name_follows === 'blur') this.followName();
    }

    followName() {
        if (!this.apiNameTouched) this.app = withValue(this.app, 'developerName', apiNameFor(this.app.label));
    }

    async handleCancel() {
        if (!this.changed || (await confirmDiscard())) this.tell('cancel');
    }

    valid() {
        const parts = this.all('setup-basic-info, setup-oauth-settings');
        const checks = parts.map((part) => part.reportValidity());
        return checks.every(Boolean);
    }

    async handleCreate() {
        this.error = this.errorTitle = this.bareError = '';
        if (!this.valid()) {
            this.error = label('error.review');
            return;
        }
        this.saving = true;
        try {
            const { id } = await call('createApp', { app: this.app });
            goCreated(id);
            toast('success', label('toast.created', this.app.label));
        } catch (failure) {
            this.show(failure);
        } finally {
            this.saving = false;
        }
    }

    show(failure) {
        this.showRefusal(failure);
        const fields = this.all('setup-basic-info, setup-oauth-settings').flatMap((part) => part.fields());
        for (const [path, message] of Object.entries(failure.fields ?? {})) {
            fields.find((field) => field.path === path)?.showError(message);
            if (path === 'oauth.scopes') this.template.querySelector('setup-oauth-settings')?.showScopesError(message);
        }
    }

    // evidence: a fixed heading, and the server's words in square brackets (update 1.8). guess: where (variant create_error).
    showRefusal(failure) {
        if (!failure.refused || Object.keys(failure.fields).length) {
            this.error = failure.message;
            return;
        }
        const [heading, words, place] = [label('error.createFailed'), `[${failure.message}]`, this.knobs.create_error];
        if (place === 'toast') forceToast('error', `${heading} ${words}`);
        else this.errorTitle = heading;
        if (place === 'bare') this.bareError = words;
        if (place === 'box') this.error = words;
    }
}
