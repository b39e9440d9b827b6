import EditTab from 'setup/editTab';
import { call } from 'setup/api';
import { label, lookIsAtLeast } from 'setup/config';
import { withValue } from 'setup/draft';

/** The tab Settings. evidence: setup-ui 6.1. */
export default class SettingsTab extends EditTab {
    get otherSections() {
        const beta = lookIsAtLeast('winter26') ? '' : ' (Beta)';
        const canvas = lookIsAtLeast('summer26') ? [label('section.canvas')] : [];
        const rest = ['section.mobile', 'section.push', 'section.notification'].map((key) => label(key) + beta);
        return [label('section.saml'), ...canvas, ...rest];
    }

    get hasOauth() {
        return this.draft.oauth.enabled;
    }

    get oauthToggle() {
        return label(this.hasOauth ? 'settings.disableOauth' : 'settings.enableOauth');
    }

    // evidence: the button, grey until Edit. guess: what it does, and its other label.
    handleOauth() {
        this.changed = true;
        this.draft = withValue(this.draft, 'oauth.enabled', !this.hasOauth);
    }

    parts() {
        return this.all('setup-basic-info, setup-oauth-settings');
    }

    ownFields() {
        return this.parts().flatMap((part) => part.fields());
    }

    valid() {
        return this.parts().map((part) => part.reportValidity()).every(Boolean);
    }

    save() {
        return call('saveSettings', { id: this.draft.id, app: this.draft });
    }

    showErrors(fields) {
        super.showErrors(fields);
        if (fields['oauth.scopes']) this.template.querySelector('setup-oauth-settings').showScopesError(fields['oauth.scopes']);
    }
}
